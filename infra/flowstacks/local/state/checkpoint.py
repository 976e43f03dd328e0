"""The checkpoint of a stack in the local state: `<stack>.json`, and the one before it, `<stack>.json.bak`.

Layout and content: pulumi 3.258.0, `backend/diy/state.go`; `sdk/go/common/apitype/core.go`, `CheckpointV3`.
"""

import json
import shutil
from pathlib import Path
from typing import Any, cast

from flowstacks.local.places import Places
from flowstacks.local.state import lock


def path(places: Places, stack: str) -> Path:
    """The file of a stack; there is none before `pulumi stack init`."""
    return places.state / ".pulumi" / "stacks" / lock.PROJECT / f"{stack}.json"


def is_truncated(places: Places, stack: str) -> bool:
    """Whether the checkpoint is there and can't be read, as a full disk leaves it."""
    file = path(places, stack)
    return file.exists() and _content(file) is None


def repair(places: Places, stack: str) -> str | None:
    """Replace a truncated checkpoint by its predecessor, or move both away; nobody may be writing.

    Returns what was done, None where the checkpoint is whole or absent. Nothing is lost: what was there is in
    `.local/truncated`.
    """
    file = path(places, stack)
    if not is_truncated(places, stack):
        return None
    predecessor = file.with_name(f"{file.name}.bak")
    is_restored = predecessor.exists() and _content(predecessor) is not None
    folder = _new_folder(places.truncated)
    truncated = [file] if is_restored else [file, predecessor]
    for source in [*truncated, *(part.with_name(f"{part.name}.attrs") for part in truncated)]:
        if source.exists():
            shutil.move(source, folder / source.name)
    if not is_restored:
        return f"the state of {stack} was truncated, moved to {folder}: the stack begins anew and takes in what exists"
    shutil.copyfile(predecessor, file)
    return f"the state of {stack} was truncated, moved to {folder}: the state before it is in its place"


def pending_operations(places: Places, stack: str) -> int:
    """How many operations a killed `pulumi` left unfinished in the state; 0 where there is no readable state."""
    file = path(places, stack)
    node: Any = _content(file) if file.exists() else None
    for key in ("checkpoint", "latest", "pending_operations"):
        node = node[key] if node and key in node else None
    return len(node or ())


def _content(file: Path) -> dict[str, Any] | None:
    try:
        content: Any = json.loads(file.read_bytes())
    except ValueError:
        return None
    return cast("dict[str, Any]", content) if isinstance(content, dict) else None


def _new_folder(parent: Path) -> Path:
    number = 1 + sum(1 for _ in parent.glob("*"))
    folder = parent / str(number)
    folder.mkdir(parents=True)
    return folder
