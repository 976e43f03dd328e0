"""A git tree at a revision: its listing and its blobs. Uncommitted content is made a git tree first.

with git_tree.opened(root, "HEAD") as tree:
    tree.commit, tree.objects["flows/etl"].id, tree.read(["flows/etl/load.py"])
"""

import contextlib
import dataclasses
import pathlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Mapping

from flowstacks.core import errors
from flowstacks.git import command

WORKTREE = "worktree"
"""Name of the uncommitted content as a revision; ignored files are not part of it."""

_FULL_SHA = re.compile(r"[0-9a-f]{40}")
_FILE_MODES = ("100644", "100755", "100664")


@dataclasses.dataclass(frozen=True)
class TreeEntry:
    """One name in a tree. `mode` is git's: `040000` folder, `120000` symlink, `160000` submodule, the rest files."""

    mode: str
    id: str

    @property
    def is_file(self) -> bool:
        """A regular file: symlinks are not followed."""
        return self.mode in _FILE_MODES

    @property
    def is_symlink(self) -> bool:
        """A link; its content is only the path it names."""
        return self.mode == "120000"

    @property
    def is_submodule(self) -> bool:
        """Content of another repository, which is not in this one."""
        return self.mode == "160000"


@dataclasses.dataclass(frozen=True)
class Blob:
    """Content of a file; two are equal if their ids are."""

    id: str
    content: bytes = dataclasses.field(compare=False, repr=False)


@dataclasses.dataclass(frozen=True)
class Tree:
    """Everything in a repository at one revision."""

    root: pathlib.Path
    """The repository."""
    commit: str
    """40 hex digits, or `worktree`."""
    head: str | None
    """The commit that the tree is based on; None before the first one."""
    objects: Mapping[str, TreeEntry]
    """Each path (relative to the repository root, with `/`) with its entry, folders included."""
    environment: Mapping[str, str] = dataclasses.field(repr=False)
    """Variables that git needs to find the objects."""

    def files(self) -> list[str]:
        """Paths of the regular files, sorted."""
        return sorted(path for path, entry in self.objects.items() if entry.is_file)

    def read(self, paths: Iterable[str]) -> dict[str, Blob]:
        """Contents of these files, by one `git cat-file --batch`. Raises GitError where the clone lacks one."""
        ids = {path: self.objects[path].id for path in paths}
        contents = _contents(self.root, sorted(set(ids.values())), self.environment)
        return {path: Blob(id=oid, content=contents[oid]) for path, oid in ids.items()}


def repository(folder: pathlib.Path) -> pathlib.Path:
    """`folder` resolved. Raises GitError unless it is the root of a git repository with a working tree."""
    if not folder.is_dir():
        raise errors.GitError(f"{folder} is no folder. Pass --root with the folder of the repository")
    done = command.attempt(folder, ["rev-parse", "--show-toplevel"])
    if done.returncode:
        reason = command.text(done.stderr).strip()
        raise errors.GitError(f"{folder} is not in a git repository ({reason}). Run git init there, or pass --root")
    top = pathlib.Path(command.text(done.stdout).rstrip("\n"))
    if not top.samefile(folder):
        raise errors.GitError(f"{folder} is inside the repository {top}, not its root. Pass --root {top}")
    return top


def resolved(root: pathlib.Path, rev: str) -> str:
    """The commit that `rev` names, 40 hex digits. Raises GitError for one that this clone doesn't have."""
    done = command.attempt(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}"])
    if not done.returncode:
        return command.text(done.stdout).strip()
    if _FULL_SHA.fullmatch(rev):
        raise errors.GitError(f"commit {rev} is not in this clone. Fetch it: git fetch origin {rev}")
    raise errors.GitError(f"{rev!r} names no commit in {root}. Pass a commit, a branch, a tag, HEAD or worktree")


def head(root: pathlib.Path) -> str | None:
    """HEAD's commit; None before the first commit."""
    done = command.attempt(root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
    return command.text(done.stdout).strip() if not done.returncode else None


@contextlib.contextmanager
def opened(folder: pathlib.Path, rev: str) -> Generator[Tree]:
    """The tree at `rev`, readable inside the `with`. Nothing is written to the repository. Raises GitError."""
    root = repository(folder)
    if rev == WORKTREE:
        with tempfile.TemporaryDirectory(prefix="flowstacks-worktree-") as scratch:
            yield _worktree(root, pathlib.Path(scratch))
    else:
        commit = resolved(root, rev)
        yield Tree(root=root, commit=commit, head=commit, objects=listing(root, commit, {}), environment={})


def listing(root: pathlib.Path, treeish: str, environment: Mapping[str, str]) -> dict[str, TreeEntry]:
    """Every path below `treeish`, folders included."""
    entries: dict[str, TreeEntry] = {}
    raw = command.output(root, ["ls-tree", "-r", "-t", "-z", "--full-tree", treeish], environment)
    for record in raw.split(b"\0")[:-1]:
        attributes, _, path = record.partition(b"\t")
        mode, _, oid = command.text(attributes).split(" ")
        entries[command.text(path)] = TreeEntry(mode=mode, id=oid)
    return entries


def _worktree(root: pathlib.Path, scratch: pathlib.Path) -> Tree:
    objects = scratch / "objects"
    objects.mkdir()
    real = command.text(command.output(root, ["rev-parse", "--path-format=absolute", "--git-path", "objects"])).rstrip(
        "\n"
    )
    index = command.text(command.output(root, ["rev-parse", "--path-format=absolute", "--git-path", "index"])).rstrip(
        "\n"
    )
    if pathlib.Path(index).exists():
        # The copy knows which files are unchanged, so `add` reads only the others.
        shutil.copy2(index, scratch / "index")
    environment = {
        "GIT_INDEX_FILE": str(scratch / "index"),
        "GIT_OBJECT_DIRECTORY": str(objects),
        # Git takes a quoted path here, which lets a `:` in it through.
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": '"' + real.replace("\\", "\\\\").replace('"', '\\"') + '"',
    }
    command.output(root, ["-c", "advice.addEmbeddedRepo=false", "add", "-A"], environment)
    tree = command.text(command.output(root, ["write-tree"], environment)).strip()
    return Tree(
        root=root,
        commit=WORKTREE,
        head=head(root),
        objects=listing(root, tree, environment),
        environment=environment,
    )


def _contents(root: pathlib.Path, ids: list[str], environment: Mapping[str, str]) -> dict[str, bytes]:
    if not ids:
        return {}
    done = subprocess.run(
        command.command_line(root, ["cat-file", "--batch"]),
        input="".join(f"{oid}\n" for oid in ids).encode(),
        capture_output=True,
        check=False,
        env=command.environment(environment),
    )
    contents: dict[str, bytes] = {}
    offset = 0
    for oid in ids:
        line_end = done.stdout.find(b"\n", offset)
        answer = done.stdout[offset:line_end].split(b" ") if line_end >= 0 else []
        if len(answer) != len(("id", "type", "size")):
            raise errors.GitError(f"object {oid} can't be read from this clone. Check it: git fsck, or clone again")
        start, size = line_end + 1, int(answer[2])
        contents[oid] = done.stdout[start : start + size]
        offset = start + size + 1
    return contents
