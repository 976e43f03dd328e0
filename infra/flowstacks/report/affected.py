"""Stacks of the checkout, and which of them an edit can change."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, cast

from flowstacks.discovery.projects import project_changes
from flowstacks.git import command, git_tree
from flowstacks.pins import pins
from flowstacks.report import release
from flowstacks.stack.config import INFRA_PATHS, NAMESPACE
from flowstacks.stack.release import MOVING_PINS
from flowstacks.stack.stack_file import StackFile

Reason = Literal["stack file", "infra", "flows"]
REASONS: tuple[Reason, ...] = ("stack file", "infra", "flows")


@dataclasses.dataclass(frozen=True, kw_only=True)
class AffectedStack:
    """A stack of the checkout, and whether edits affect it."""

    stack: str
    runtime: str | None
    """As written; None without one."""
    pin: str | None
    """The release's commit as written; None without one."""
    from_: str | None
    """The environment that the release was promoted from."""
    reasons: tuple[Reason, ...] = ()
    """What was edited that can change the stack's result; empty where it is not affected."""


def stacks(root: Path, base: str | None = None, follows: str | None = None) -> list[AffectedStack]:
    """Every stack; with `base`, how the edits since that commit, uncommitted ones too, can change its result.

    `follows` is a stack that is pinned to the checkout's commit before it is brought up, whatever its file pins.
    Raises `GitError`, or `RejectedError` for a stack file that is not YAML.
    """
    files = _changed_files(root, base) if base else []
    has_flows = bool(base) and _flows_moved(root, base or "")
    return [_stack(root, name, files, has_flows=has_flows, follows=name == follows) for name in pins.stacks(root)]


def _stack(root: Path, name: str, files: Iterable[str], *, has_flows: bool, follows: bool) -> AffectedStack:
    file = StackFile(root, name)
    values = file.values()
    pin = release.parse(cast("object", values.get(release.KEY)))
    moves = follows or (pin is not None and pin.commit in MOVING_PINS)
    reasons: dict[Reason, bool] = {
        "stack file": file.name in files,
        "infra": any(_is_under(path, INFRA_PATHS) for path in files),
        "flows": moves and has_flows,
    }
    runtime: Any = values.get(f"{NAMESPACE}:runtime")
    return AffectedStack(
        stack=name,
        runtime=str(runtime) if runtime else None,
        pin=pin.commit if pin else None,
        from_=pin.from_ if pin else None,
        reasons=tuple(reason for reason in REASONS if reasons[reason]),
    )


def _is_under(path: str, parents: Iterable[str]) -> bool:
    return any(path == parent or path.startswith(f"{parent}/") for parent in parents)


def _changed_files(root: Path, base: str) -> list[str]:
    """Untracked files too."""
    changed = command.output(root, ["diff", "--name-only", "--no-renames", "-z", base, "--"])
    untracked = command.output(root, ["ls-files", "--others", "--exclude-standard", "-z"])
    return [command.text(path) for path in (changed + untracked).split(b"\0") if path]


def _flows_moved(root: Path, base: str) -> bool:
    changes, _ = project_changes.between(root, base, git_tree.WORKTREE)
    return any(change.has_moved for change in changes)
