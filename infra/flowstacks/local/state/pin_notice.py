"""How far a stack's pin is behind the checkout."""

import re
import subprocess
from pathlib import Path

from flowstacks.core import naming

_PIN = re.compile(r"[0-9a-f]{40}")


def notice(root: Path, pin: object, *, is_editable: bool) -> str | None:
    """One line where `pin` names a commit that HEAD is ahead of; None where it moves with HEAD or is HEAD.

    `is_editable`: the stack could run the working tree.
    """
    if not isinstance(pin, str) or not _PIN.fullmatch(pin):
        return None
    counted = subprocess.run(
        ["git", "rev-list", "--count", f"{pin}..HEAD"], cwd=root, capture_output=True, text=True, check=False
    )
    if counted.returncode:
        return f"pinned commit {naming.short_hash(pin)} is not in this clone. Fetch it: git fetch origin {pin}"
    behind = int(counted.stdout)
    if behind == 0:
        return None
    commits = "1 commit" if behind == 1 else f"{behind} commits"
    hint = ". Run what you edit: make up COMMIT=worktree" if is_editable else ""
    return f"pinned to {naming.short_hash(pin)}, {commits} behind HEAD{hint}"
