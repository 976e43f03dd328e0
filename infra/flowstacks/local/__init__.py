"""The embedded default: everything that runs on a developer's machine, on loopback only."""
