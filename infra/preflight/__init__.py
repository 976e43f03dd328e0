"""Every problem at once, before the first resource is registered: offline checks, then those that ask the server."""
