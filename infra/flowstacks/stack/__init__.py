"""One environment's typed config, its file with places, and the settings of a deployment."""
