"""Since which commit each project is what it is at a pin."""

from pathlib import Path

from flowstacks.core.errors import GitError
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.projects import projects
from flowstacks.git import git_tree, history

Commits = dict[str, str]


class EffectiveCommits:
    """Answers are kept: neighbouring releases ask for the same commits."""

    def __init__(self, root: Path) -> None:
        """`root`: the repository's."""
        self._root = root
        self._known: dict[str, Commits | None] = {}

    def at(self, commit: str) -> Commits | None:
        """Effective commit by project; None where this clone lacks the commit, or too much of what was before it."""
        if commit not in self._known:
            try:
                self._known[commit] = self._found(commit)
            except GitError:
                self._known[commit] = None
        return self._known[commit]

    def moved(self, before: str, after: str) -> set[str] | None:
        """Projects that came, went, or are another code's; None where it can't be told."""
        ours, theirs = self.at(before), self.at(after)
        if ours is None or theirs is None:
            return None
        return {name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)}

    def _found(self, commit: str) -> Commits:
        with git_tree.opened(self._root, commit) as tree:
            paths = {found.name: found.paths for found in projects.find(tree, None, Findings())}
        return history.effective_commits(self._root, commit, paths) if paths else {}
