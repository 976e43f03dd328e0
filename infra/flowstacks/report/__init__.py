"""What is told of environments: their status, and what a pull request changes in them."""
