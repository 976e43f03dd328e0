"""What is wrong with a stack, one family a file."""
