"""Projects whose content differs between two commits, with their versions; flows are not parsed for it."""

import dataclasses
import pathlib

from flowstacks.core import problem
from flowstacks.core.errors import GitError
from flowstacks.core.problem import Place
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.projects import projects, pyproject
from flowstacks.git import command, git_tree
from flowstacks.git.git_tree import Tree


@dataclasses.dataclass(frozen=True, kw_only=True)
class ProjectState:
    """A project at one commit; `version_place`: where its version is written, or would be."""

    tree_key: str
    version: str
    version_place: Place


@dataclasses.dataclass(frozen=True, kw_only=True)
class ProjectChange:
    """`before` or `after` is None where the project is not there."""

    name: str
    before: ProjectState | None
    after: ProjectState | None

    @property
    def has_moved(self) -> bool:
        """Whether its files, or those that it shares, differ."""
        return (self.before and self.before.tree_key) != (self.after and self.after.tree_key)


def merge_base(root: pathlib.Path, ref: str, rev: str = "HEAD") -> str:
    """Where the history of `rev` left that of `ref`, 40 hex digits. Raises GitError."""
    commit = git_tree.resolved(git_tree.repository(root), "HEAD" if rev == git_tree.WORKTREE else rev)
    other = git_tree.resolved(root, ref)
    done = command.attempt(root, ["merge-base", other, commit])
    if done.returncode:
        raise GitError(
            f"{ref} and {rev} have no common commit in this clone. Fetch the rest: git fetch --unshallow origin"
        )
    return command.text(done.stdout).strip()


def between(root: pathlib.Path, base: str, rev: str) -> tuple[list[ProjectChange], list[problem.Problem]]:
    """Every project of either commit by name, and what is wrong with their files at `rev`. Raises GitError."""
    findings = Findings()
    with git_tree.opened(root, base) as tree:
        before = _states(tree, Findings())
    with git_tree.opened(root, rev) as tree:
        after = _states(tree, findings)
    names = sorted({*before, *after})
    changes = [ProjectChange(name=name, before=before.get(name), after=after.get(name)) for name in names]
    return changes, problem.in_reading_order(findings.problems)


def _states(tree: Tree, findings: Findings) -> dict[str, ProjectState]:
    return {
        project.name: ProjectState(
            tree_key=projects.tree_key(tree.objects, project.paths) or "",
            version=project.version,
            version_place=_version_place(tree, project.path),
        )
        for project in projects.find(tree, None, findings)
    }


def _version_place(tree: Tree, folder: str) -> Place:
    file = f"{folder}/{pyproject.NAME}"
    if file not in tree.objects or not tree.objects[file].is_file:
        return Place(file, 0)
    document = pyproject.Document(file, tree.read([file])[file].content, Findings())
    return Place(file, document.line("project", "version"))
