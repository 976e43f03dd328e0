"""Revisions of an environment's stack file in git, along first parents: what the trunk had, and since when.

A merge counts as one revision: its time is when the change arrived, its author who merged.
"""

import dataclasses
import subprocess
from collections.abc import Iterator
from pathlib import Path

from flowstacks.core.errors import FlowstacksError, GitError
from flowstacks.git import command, git_tree, history
from flowstacks.pins import pins

_FIELDS = ("%H", "%an", "%aI", "%s")
_SEPARATOR = "\x1f"
_BATCH = 50


@dataclasses.dataclass(frozen=True, kw_only=True)
class Revision:
    """A commit and the stack file that it has."""

    commit: str
    """40 hex digits."""
    author: str
    time: str
    """The author's, ISO 8601."""
    subject: str
    text: str | None
    """The stack file's; None where the commit has none."""
    is_boundary: bool = False
    """Whether a shallow clone ends here: then it is not known whether this commit changed the file."""


def walk(root: Path, stack: str) -> Iterator[Revision]:
    """Those that changed the stack file, newest first. Raises GitError where `root` is no repository's root."""
    top = git_tree.repository(root)
    if git_tree.head(top) is None:
        return
    file, boundary = pins.name(stack), history.boundary(top)
    arguments = [
        "log", "-z", "--first-parent", "--diff-merges=first-parent", "--no-renames", "--no-relative",
        f"--format={_SEPARATOR.join(_FIELDS).replace(_SEPARATOR, '%x1f')}", "HEAD", "--", f":(top,literal){file}",
    ]  # fmt: skip
    records = [record for record in command.text(command.output(top, arguments)).split("\0") if record]
    for start in range(0, len(records), _BATCH):
        rows = [record.strip("\n").split(_SEPARATOR) for record in records[start : start + _BATCH]]
        texts = _texts(top, [f"{row[0]}:{file}" for row in rows])
        for (commit, author, time, *subject), text in zip(rows, texts, strict=True):
            yield Revision(
                commit=commit, author=author, time=time, subject=_SEPARATOR.join(subject), text=text,
                is_boundary=commit in boundary,
            )  # fmt: skip


def at(root: Path, stack: str, rev: str) -> Revision:
    """The stack file at any revision that git resolves. Raises `FlowstacksError` where there is none."""
    top = git_tree.repository(root)
    commit = git_tree.resolved(top, rev)
    row = command.text(command.output(top, ["log", "-1", f"--format={'%x1f'.join(_FIELDS)}", commit])).strip("\n")
    _, author, time, *subject = row.split(_SEPARATOR)
    (text,) = _texts(top, [f"{commit}:{pins.name(stack)}"])
    if text is None:
        raise FlowstacksError(f"{rev} has no {pins.name(stack)}. List its revisions: flowstacks history {stack}")
    return Revision(commit=commit, author=author, time=time, subject=_SEPARATOR.join(subject), text=text)


def committed(root: Path, stack: str) -> str | None:
    """The stack file at HEAD."""
    top = git_tree.repository(root)
    return _texts(top, [f"HEAD:{pins.name(stack)}"])[0] if git_tree.head(top) else None


def _texts(root: Path, names: list[str]) -> list[str | None]:
    """Contents by `<commit>:<path>`, from one `git cat-file --batch`."""
    process = subprocess.run(
        command.command_line(root, ["cat-file", "--batch"]), input="".join(f"{name}\n" for name in names).encode(),
        capture_output=True, check=False, env=command.environment(),
    )  # fmt: skip
    texts: list[str | None] = []
    position = 0
    for name in names:
        line_end = process.stdout.find(b"\n", position)
        if line_end < 0:
            raise GitError(f"{name} can't be read from this clone. Check it: git fsck, or clone again")
        header = process.stdout[position:line_end].split(b" ")
        position = line_end + 1
        if header[-1] == b"missing":
            texts.append(None)
            continue
        size = int(header[-1])
        texts.append(process.stdout[position : position + size].decode(errors="replace"))
        position += size + 1
    return texts
