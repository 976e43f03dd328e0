"""Reports about environments: their status, and what a pull request changes in them."""
