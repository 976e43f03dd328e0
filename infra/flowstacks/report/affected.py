"""Stacks of the checkout, and which of them an edit can change."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, cast

from flowstacks.discovery.projects import project_changes
from flowstacks.git import command, git_tree
from flowstacks.pins import pins
from flowstacks.report import release
from flowstacks.stack.config import INFRA_PATHS, MOVING_PINS, NAMESPACE
from flowstacks.stack.stack_file import StackFile

Reason = Literal["stack file", "infra", "flows"]
REASONS: tuple[Reason, ...] = ("stack file", "infra", "flows")


@dataclasses.dataclass(frozen=True, kw_only=True)
class AffectedStack:
    """`pin`: the release's commit as written, None without one. `because`: what changed that can change its result."""

    stack: str
    runtime: str | None
    pin: str | None
    from_: str | None
    because: tuple[Reason, ...] = ()


def stacks(root: Path, base: str | None = None, follows: str | None = None) -> list[AffectedStack]:
    """Every stack; with `base`, why the edits since that commit, uncommitted ones too, can change its result.

    `follows` is a stack that is pinned to the checkout's commit before it is brought up, whatever its file says.
    Raises `GitError`, or `RejectedError` for a stack file that is not YAML.
    """
    files = _changed_files(root, base) if base else []
    has_flows = bool(base) and _flows_moved(root, base or "")
    return [_stack(root, name, files, has_flows=has_flows, follows=name == follows) for name in pins.stacks(root)]


def _stack(root: Path, name: str, files: Iterable[str], *, has_flows: bool, follows: bool) -> AffectedStack:
    file = StackFile(root, name)
    values = file.values()
    pinned = release.parse(cast("object", values.get(release.KEY)))
    moves = follows or (pinned is not None and pinned.commit in MOVING_PINS)
    reasons: dict[Reason, bool] = {
        "stack file": file.name in files,
        "infra": any(_is_under(path, INFRA_PATHS) for path in files),
        "flows": moves and has_flows,
    }
    runtime: Any = values.get(f"{NAMESPACE}:runtime")
    return AffectedStack(
        stack=name,
        runtime=str(runtime) if runtime else None,
        pin=pinned.commit if pinned else None,
        from_=pinned.from_ if pinned else None,
        because=tuple(reason for reason in REASONS if reasons[reason]),
    )


def _is_under(path: str, above: Iterable[str]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in above)


def _changed_files(root: Path, base: str) -> list[str]:
    """Also those that git does not know yet."""
    changed = command.output(root, ["diff", "--name-only", "--no-renames", "-z", base, "--"])
    untracked = command.output(root, ["ls-files", "--others", "--exclude-standard", "-z"])
    return [command.text(path) for path in (changed + untracked).split(b"\0") if path]


def _flows_moved(root: Path, base: str) -> bool:
    found, _ = project_changes.between(root, base, git_tree.WORKTREE)
    return any(one.has_moved for one in found)
