"""Read a repository at one revision into a manifest, with every problem: the entry point of discovery."""

import dataclasses
import pathlib
from collections.abc import Collection, Mapping, Sequence

from flowstacks.core import problem
from flowstacks.discovery import survey
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.manifest import Flow, Manifest, Project
from flowstacks.discovery.projects import projects
from flowstacks.git import git_tree, history
from flowstacks.git.git_tree import Blob, Tree, TreeEntry


def discover(
    root: pathlib.Path, rev: str, sources: Sequence[str] | None = None
) -> tuple[Manifest, list[problem.Problem]]:
    """Read the repository at `rev` (a commit, anything git resolves, or `worktree`).

    `sources`: globs of project folders instead of the root's `[tool.flowstacks] sources` (default `flows/*`).
    Problems of the flows' files are returned, in reading order. Raises GitError where the repository can't be read.
    """
    findings = Findings()
    with git_tree.opened(root, rev) as tree:
        folders = projects.find(tree, sources, findings)
        commits = _commits(tree, folders)
        files = [path for path in tree.files() if survey.is_read(path)]
        members = _members(files, folders)
        blobs = tree.read({path for paths in members.values() for path in paths})
        python = frozenset(path for path in files if path.endswith(".py"))
        surroundings = survey.RepositoryFiles(files=python, harmless=_harmless(tree, folders))
    flows: list[Flow] = []
    for folder in folders:
        contents = {path: blobs[path] for path in members[folder.path]}
        flows.extend(survey.flows(folder, contents, surroundings, findings))
    manifest = Manifest(
        commit=tree.commit,
        projects=tuple(_project(folder, tree.objects, commits[folder.path]) for folder in folders),
        flows=tuple(flows),
    )
    return manifest, problem.in_reading_order(findings.problems)


def _project(folder: projects.ProjectFolder, objects: Mapping[str, TreeEntry], commit: str) -> Project:
    return Project(
        **{field.name: getattr(folder, field.name) for field in dataclasses.fields(folder)},
        tree_key=projects.tree_key(objects, folder.paths) or "",
        commit=commit,
    )


def _members(files: Sequence[str], folders: Sequence[projects.ProjectFolder]) -> dict[str, list[str]]:
    """Files of each project and its shared paths, by the project's path."""
    by_top: dict[str, list[str]] = {}
    for path in files:
        for depth in range(1, path.count("/") + 2):
            by_top.setdefault("/".join(path.split("/")[:depth]), []).append(path)
    return {folder.path: sorted({path for top in folder.paths for path in by_top.get(top, [])}) for folder in folders}


def _commits(tree: Tree, folders: Sequence[projects.ProjectFolder]) -> dict[str, str]:
    """Effective commit of each project, by its path; `worktree` where its content is not HEAD's."""
    settled = tree.objects
    if tree.commit == git_tree.WORKTREE:
        settled = git_tree.listing(tree.root, tree.head, {}) if tree.head else {}
    unchanged = {
        folder.path: folder.paths
        for folder in folders
        if projects.tree_key(settled, folder.paths) == projects.tree_key(tree.objects, folder.paths)
    }
    known = history.effective_commits(tree.root, tree.head, unchanged) if tree.head and unchanged else {}
    return {folder.path: known.get(folder.path, git_tree.WORKTREE) for folder in folders}


def _harmless(tree: Tree, folders: Sequence[projects.ProjectFolder]) -> Collection[str]:
    """The `__init__.py` above projects and shared paths that hold no code."""
    above: set[str] = set()
    for path in {path for folder in folders for path in folder.paths}:
        parts = path.split("/")
        above |= {"/".join([*parts[:depth], "__init__.py"]) for depth in range(len(parts))}
    present = [path for path in above if path in tree.objects and tree.objects[path].is_file]
    blobs: Mapping[str, Blob] = tree.read(present)
    return {path for path, blob in blobs.items() if survey.is_code_free(blob)}
