"""Half-written attribute files that a killed `pulumi` left in the local state.

The file backend writes `<checkpoint>.attrs` in place beside each checkpoint that it puts in place whole. Where a kill
falls between, the file is empty or cut off, and every command ends in "failed to load checkpoint: EOF" (gocloud.dev
0.46.1, `blob/fileblob/attrs.go`; seen with pulumi 3.258.0). Without the file the checkpoint is read as it is.
"""

import json
from pathlib import Path


def mend(state: Path) -> list[Path]:
    """Remove those that can't be read, in the whole backend at `state`; nobody may be writing. Returns them."""
    broken = [path for path in sorted((state / ".pulumi").rglob("*.attrs")) if not _is_whole(path)]
    for path in broken:
        path.unlink()
    return broken


def _is_whole(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return False
    return True
