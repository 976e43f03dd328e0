"""Which engine is wanted, and which found one will do. Pure."""

import re

_REQUIREMENT = re.compile(r"^\s*github\.com/pulumi/pulumi/sdk/v3 (v\d+\.\d+\.\d+)\b", re.MULTILINE)
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")

_MAJOR = 3
_OLDEST_MINOR = 150
RANGE = f"{_MAJOR}.{_OLDEST_MINOR} or newer, below {_MAJOR + 1}"
"""Inside a major version the engine serves older and newer SDKs; 3.150 (2025) is as far back as we look for trouble."""


def pinned(go_mod: str) -> str:
    """`v3.258.0`: what the tool module builds is what is installed, too."""
    match = _REQUIREMENT.search(go_mod)
    if not match:
        raise ValueError("go.mod requires no github.com/pulumi/pulumi/sdk/v3")
    return match.group(1)


def fits(printed: str) -> bool:
    """Whether what `pulumi version` prints lies in `RANGE`."""
    match = _VERSION.match(printed.strip())
    return bool(match) and int(match.group(1)) == _MAJOR and int(match.group(2)) >= _OLDEST_MINOR
