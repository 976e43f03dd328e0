"""Manifest and config give the exact inputs of every resource. Pure: no git, no network, no engine."""
