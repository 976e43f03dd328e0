"""Checks of the deployments that an environment chooses: what is said about them, layer by layer."""
