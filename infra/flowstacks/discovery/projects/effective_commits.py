"""The commit since which each project has had the content that it has at a pin."""

from pathlib import Path

from flowstacks.core.errors import GitError
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.projects import projects
from flowstacks.git import git_tree, history

Commits = dict[str, str]


class EffectiveCommits:
    """Effective commits by commit. Results are kept, because neighbouring releases ask for the same commits."""

    def __init__(self, root: Path) -> None:
        """`root`: the repository's."""
        self._root = root
        self._known: dict[str, Commits | None] = {}

    def by_project(self, commit: str) -> Commits | None:
        """Effective commit by project; None where this clone lacks the commit, or too much of its history."""
        if commit not in self._known:
            try:
                self._known[commit] = self._read(commit)
            except GitError:
                self._known[commit] = None
        return self._known[commit]

    def moved(self, before: str, after: str) -> set[str] | None:
        """Projects added, removed, or with another effective commit; None where that can't be computed."""
        commits_before, commits_after = self.by_project(before), self.by_project(after)
        if commits_before is None or commits_after is None:
            return None
        return {
            name
            for name in commits_before.keys() | commits_after.keys()
            if commits_before.get(name) != commits_after.get(name)
        }

    def _read(self, commit: str) -> Commits:
        with git_tree.opened(self._root, commit) as tree:
            paths = {folder.name: folder.paths for folder in projects.find(tree, None, Findings())}
        return history.effective_commits(self._root, commit, paths) if paths else {}
