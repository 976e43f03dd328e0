"""The local state backend: stacks, locks, copies of stack files."""
