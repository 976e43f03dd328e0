"""`python -m flowstacks.checks`: print docs/reference/checks.md."""

from flowstacks.checks import reference

print(reference.page(), end="")
