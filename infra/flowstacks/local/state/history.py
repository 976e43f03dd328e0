"""The state history of the local backend: a whole checkpoint per update, which the engine never removes.

Names: pulumi 3.258.0, `backend/diy/state.go`: `history/<project>/<stack>/<stack>-<ns>.{history,checkpoint}.json` and
`backups/<project>/<stack>/<stack>.<ns>.json`, each with an `.attrs` file beside it; `<ns>` is a time in nanoseconds.
"""

import re
from pathlib import Path

KEPT = 20
"""Updates of a stack whose history stays."""

_FOLDERS = ("history", "backups")
_TIME = re.compile(r"[-.](\d{10,})\.(?:history\.|checkpoint\.)?json(?:\.gz)?(?:\.attrs)?$")


def prune(state: Path, project: str, stack: str) -> int:
    """Remove all but the newest `KEPT` updates of the stack in the backend at `state`; returns how many files."""
    return sum(_prune(state / ".pulumi" / name / project / stack) for name in _FOLDERS)


def _prune(folder: Path) -> int:
    files: dict[int, list[Path]] = {}
    for path in folder.iterdir() if folder.is_dir() else ():
        match = _TIME.search(path.name)
        if match:  # an update's record and its checkpoint carry the same time
            files.setdefault(int(match.group(1)), []).append(path)
    obsolete = [path for time in sorted(files)[:-KEPT] for path in files[time]]
    for path in obsolete:
        path.unlink(missing_ok=True)  # another `pulumi` of this checkout may prune, too
    return len(obsolete)
