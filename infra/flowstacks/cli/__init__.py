"""The `flowstacks` command: parse, call, print."""
