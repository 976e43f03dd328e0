"""One stack judged: from its config to what it is to have, offline, then what only servers know. Sends nothing."""
