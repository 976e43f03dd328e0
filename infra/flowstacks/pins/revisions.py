"""Revisions of an environment's stack file in git, along first parents: what the trunk said, and since when.

A merge counts as one revision, when it arrived and by whom.
"""

import dataclasses
import subprocess
from collections.abc import Iterator
from pathlib import Path

from flowstacks.core.errors import FlowstacksError, GitError
from flowstacks.git import command, git_tree, history
from flowstacks.pins import pins

_FIELDS = ("%H", "%an", "%aI", "%s")
_BETWEEN = "\x1f"
_BATCH = 50


@dataclasses.dataclass(frozen=True, kw_only=True)
class Revision:
    """One commit. `when`: the author's time, ISO 8601; `text`: the stack file's, None where there was none.

    `is_boundary`: a shallow clone ends here, so whether this commit changed the file is not known.
    """

    commit: str
    who: str
    when: str
    subject: str
    text: str | None
    is_boundary: bool = False


def walk(root: Path, stack: str) -> Iterator[Revision]:
    """Those that changed the stack file, newest first. Raises GitError where `root` is no repository's root."""
    top = git_tree.repository(root)
    if git_tree.head(top) is None:
        return
    file, boundary = pins.name(stack), history.boundary(top)
    arguments = [
        "log", "-z", "--first-parent", "--diff-merges=first-parent", "--no-renames", "--no-relative",
        f"--format={_BETWEEN.join(_FIELDS).replace(_BETWEEN, '%x1f')}", "HEAD", "--", f":(top,literal){file}",
    ]  # fmt: skip
    records = [record for record in command.text(command.output(top, arguments)).split("\0") if record]
    for at in range(0, len(records), _BATCH):
        rows = [record.strip("\n").split(_BETWEEN) for record in records[at : at + _BATCH]]
        texts = _texts(top, [f"{row[0]}:{file}" for row in rows])
        for (commit, who, when, *subject), text in zip(rows, texts, strict=True):
            yield Revision(
                commit=commit, who=who, when=when, subject=_BETWEEN.join(subject), text=text,
                is_boundary=commit in boundary,
            )  # fmt: skip


def at(root: Path, stack: str, rev: str) -> Revision:
    """The stack file at any revision that git resolves. Raises `FlowstacksError` where there is none."""
    top = git_tree.repository(root)
    commit = git_tree.resolved(top, rev)
    row = command.text(command.output(top, ["log", "-1", f"--format={'%x1f'.join(_FIELDS)}", commit])).strip("\n")
    _, who, when, *subject = row.split(_BETWEEN)
    (text,) = _texts(top, [f"{commit}:{pins.name(stack)}"])
    if text is None:
        raise FlowstacksError(f"{rev} has no {pins.name(stack)}. List its revisions: flowstacks history {stack}")
    return Revision(commit=commit, who=who, when=when, subject=_BETWEEN.join(subject), text=text)


def committed(root: Path, stack: str) -> str | None:
    """The stack file at HEAD."""
    top = git_tree.repository(root)
    return _texts(top, [f"HEAD:{pins.name(stack)}"])[0] if git_tree.head(top) else None


def _texts(root: Path, names: list[str]) -> list[str | None]:
    """Contents by `<commit>:<path>`, from one `git cat-file --batch`."""
    done = subprocess.run(
        command.command_line(root, ["cat-file", "--batch"]), input="".join(f"{name}\n" for name in names).encode(),
        capture_output=True, check=False, env=command.environment(),
    )  # fmt: skip
    found: list[str | None] = []
    at = 0
    for name in names:
        line_end = done.stdout.find(b"\n", at)
        if line_end < 0:
            raise GitError(f"{name} can't be read from this clone. Check it: git fsck, or clone again")
        answer = done.stdout[at:line_end].split(b" ")
        at = line_end + 1
        if answer[-1] == b"missing":
            found.append(None)
            continue
        size = int(answer[-1])
        found.append(done.stdout[at : at + size].decode(errors="replace"))
        at += size + 1
    return found
