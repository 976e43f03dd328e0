"""Servers that we start, check and stop."""
