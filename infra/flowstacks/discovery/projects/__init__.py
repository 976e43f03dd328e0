"""Folders that are flow projects: settings, version, requirements, images, tree key."""
