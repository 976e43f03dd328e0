"""Container images in an environment's repository: the registry's API, and the life of an `Image` resource."""
