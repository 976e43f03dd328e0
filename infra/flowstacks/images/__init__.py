"""Building the images of flow projects from a commit, and where an environment keeps them."""
