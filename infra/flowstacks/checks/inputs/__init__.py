"""Checks of the exact inputs of the resources, after everything is merged."""
