"""The flows of the repository at one commit: read from git, never imported, without Pulumi."""
