"""The plugin side of the process boundary; imports nothing of ours outside itself."""
