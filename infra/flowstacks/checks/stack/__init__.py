"""Checks of a stack's own config: no flow is read yet."""
