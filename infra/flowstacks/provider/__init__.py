"""The plugin side of the process boundary; imports nothing of flowstacks outside itself."""
