"""Effective commits: since when a set of paths has had its content, along first parents."""

import pathlib
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO

from flowstacks.core import errors, naming
from flowstacks.git import command, git_tree

_CHUNK = 1 << 16
_MOST_LIMITS = 500
_OPTIONS = (
    "--first-parent",
    "--diff-merges=first-parent",
    "--name-only",
    # With rename detection only the new name is listed, and the folder that lost the file looks untouched.
    "--no-renames",
    # The three below undo a user's diff.relative, diff.ignoreSubmodules and log.showRoot.
    "--no-relative",
    "--ignore-submodules=none",
    "--root",
    "-z",
    # Paths in git never start with "/": the mark that tells a commit from a path.
    "--format=/%H",
)


def effective_commit(folder: pathlib.Path, rev: str, paths: Sequence[str]) -> str:
    """The oldest first-parent ancestor of `rev` since which nothing under `paths` changed, 40 hex digits.

    `paths` are relative to the repository root; the empty sequence means all of it. Raises GitError where the clone
    is too shallow to know, or where `paths` never existed.
    """
    root = git_tree.repository(folder)
    commit = git_tree.resolved(root, rev)
    return effective_commits(root, commit, {"": tuple(paths) or ("",)})[""]


def effective_commits(root: pathlib.Path, commit: str, path_sets: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The effective commit of each of many sets of paths, in a single walk from `commit` that ends with the last."""
    names_by_path: dict[str, set[str]] = {}
    for name, paths in path_sets.items():
        for path in paths:
            names_by_path.setdefault(path, set()).add(name)
    commits: dict[str, str] = {}
    ends = boundary(root)
    for ancestor, touched in _walk(root, commit, sorted(names_by_path)):
        for name in _touching(touched, names_by_path):
            if name in commits:
                continue
            if ancestor in ends:
                raise _too_shallow(path_sets[name], ancestor)
            commits[name] = ancestor
        if len(commits) == len(path_sets):
            return commits
    missing = next(name for name in path_sets if name not in commits)
    raise errors.GitError(f"no commit up to {commit} touches {_shown(path_sets[missing])}. Pass paths that exist there")


def _too_shallow(paths: Sequence[str], boundary: str) -> errors.GitError:
    return errors.GitError(
        f"this clone ends at {naming.short_hash(boundary)}, too early to know "
        f"since when {_shown(paths)} has its content. "
        "Fetch the rest: git fetch --unshallow"
    )


def _shown(paths: Sequence[str]) -> str:
    return ", ".join(path or "the repository" for path in paths)


def _touching(touched: Iterable[str], names_by_path: Mapping[str, set[str]]) -> set[str]:
    names: set[str] = set()
    for path in touched:
        above = path
        while True:
            names |= names_by_path.get(above, set())
            if not above:
                break
            above = above.rpartition("/")[0]
    return names


def boundary(root: pathlib.Path) -> set[str]:
    """Commits whose parents the clone lacks: git shows them as if they had none."""
    path = command.text(command.output(root, ["rev-parse", "--path-format=absolute", "--git-path", "shallow"])).rstrip(
        "\n"
    )
    file = pathlib.Path(path)
    return set(file.read_text().split()) if file.exists() else set()


def _walk(root: pathlib.Path, commit: str, paths: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Commits from `commit` back along first parents, each with what it changed under `paths`."""
    # Limiting by path lets git skip equal subtrees; past a few hundred the argument list gets long for little gain.
    limit = ["--", *(f":(top,literal){path}" for path in paths)] if all(paths) and len(paths) <= _MOST_LIMITS else []
    with subprocess.Popen(
        command.command_line(root, ["log", *_OPTIONS, commit, *limit]),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        env=command.environment(),
    ) as process:
        stream = process.stdout
        if stream is None:
            raise errors.GitError("git log gave no output. Run git log in the repository to look into it")
        try:
            yield from _commits(_fields(stream))
            if process.wait():
                raise errors.GitError(
                    f"git log {commit} failed, objects are missing. Check it: git fsck, or clone again"
                )
        finally:
            process.kill()


def _fields(stream: IO[bytes]) -> Iterator[str]:
    tail = b""
    while chunk := stream.read(_CHUNK):
        *whole, tail = (tail + chunk).split(b"\0")
        yield from map(command.text, whole)


def _commits(fields: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    current, touched = "", list[str]()
    for field in fields:
        if field.startswith("/"):
            if current:
                yield current, touched
            current, touched = field[1:], []
        else:
            touched.append(field if touched else field.removeprefix("\n"))
    if current:
        yield current, touched
