"""Checks of what only servers know: what they hold already, and what would be deleted there."""
