"""Flows found in the repository at one commit, read from git, never imported. Pure of Pulumi."""
