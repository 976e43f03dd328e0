"""`python -m flowstacks`: the `flowstacks` command."""

import sys

from flowstacks.cli import entry

if __name__ == "__main__":
    sys.exit(entry.main())
