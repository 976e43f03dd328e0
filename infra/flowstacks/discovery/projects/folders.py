"""Which folders of the repository are projects: source globs against the listing."""

import fnmatch
from collections.abc import Iterable, Sequence

from flowstacks.discovery.findings import Findings

DEFAULT_SOURCES = ("flows/*",)


def matches(glob: str, path: str) -> bool:
    """Segment by segment: `*` stays within one folder, `**` matches any number of them."""
    return _match(glob.strip("/").split("/"), path.split("/"))


def project_folders(files: Sequence[str], sources: Iterable[str], findings: Findings) -> list[str]:
    """Folders that a source matches and that hold a `.py` file at any depth, sorted.

    Two of one name, one inside another, and files beside the projects are reported.
    """
    globs = [glob.strip("/") for glob in sources]
    python = [path for path in files if path.endswith(".py")]
    folders = {folder for path in python for folder in _above(path) if any(matches(glob, folder) for glob in globs)}
    for path in python:
        is_beside = any(matches(glob, path) for glob in globs) and not any(
            path.startswith(f"{folder}/") for folder in folders
        )
        if is_beside and not path.endswith("/__init__.py"):
            findings.warning(
                "file-outside-project",
                path,
                0,
                "this file is beside the projects, so its flows are not found",
                "Move it into a folder of its own there",
            )
    _nested(sorted(folders), findings)
    _same_name(sorted(folders), findings)
    return sorted(folders)


def _nested(folders: Sequence[str], findings: Findings) -> None:
    for folder in folders:
        outer = next((other for other in folders if folder.startswith(f"{other}/")), None)
        if outer:
            findings.error(
                "nested-project",
                folder,
                0,
                f"the project is inside another, {outer}",
                "Narrow sources under [tool.flowstacks] in pyproject.toml, or move one of them",
            )


def _same_name(folders: Sequence[str], findings: Findings) -> None:
    first: dict[str, str] = {}
    for folder in folders:
        name = folder.rpartition("/")[2]
        if first.setdefault(name, folder) != folder:
            findings.error(
                "project-name",
                folder,
                0,
                f"{first[name]} has the same project name, {name}",
                "Rename one of the folders",
            )


def _above(path: str) -> Iterable[str]:
    parts = path.split("/")
    return ("/".join(parts[:depth]) for depth in range(1, len(parts)))


def _match(globs: Sequence[str], parts: Sequence[str]) -> bool:
    if not globs:
        return not parts
    if globs[0] == "**":
        return any(_match(globs[1:], parts[skip:]) for skip in range(len(parts) + 1))
    return bool(parts) and fnmatch.fnmatchcase(parts[0], globs[0]) and _match(globs[1:], parts[1:])
