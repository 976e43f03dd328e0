"""Whether projects whose files changed have a newer version. Pure."""

from collections.abc import Sequence

from packaging.version import InvalidVersion, Version

from flowstacks.core import problem
from flowstacks.discovery.projects.project_changes import ProjectChange, ProjectState


def check(moved: Sequence[ProjectChange], ref: str) -> list[problem.Problem]:
    """PEP 440, strictly greater than at `ref`; a new project may have any version, 0.0.0 too."""
    return [
        fault for change in moved if change.after and change.has_moved for fault in _check(change, change.after, ref)
    ]


def _check(project: ProjectChange, after: ProjectState, ref: str) -> list[problem.Problem]:
    version = _parsed(after.version)
    if version is None:
        message = f"{project.name} has version {after.version!r}, which PEP 440 does not know"
        return [problem.error("unreadable-version", after.version_place, message, 'Write one such as "1.2.0"')]
    before = _parsed(project.before.version) if project.before else None
    # What could not be read at `ref` can't be compared; the new one can be from now on.
    if before is None or version > before:
        return []
    message = f"{project.name} changed since {ref} and has version {version}, which is not above {before}"
    remedy = f'Write a greater version into [project], for example "{_next(before)}"'
    return [problem.error("version-not-raised", after.version_place, message, remedy)]


def _parsed(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _next(version: Version) -> str:
    """The next final release: `1.2.3` -> `1.2.4`, `1.2rc1` -> `1.2`."""
    epoch = f"{version.epoch}!" if version.epoch else ""
    if version.is_prerelease:
        return f"{epoch}{'.'.join(map(str, version.release))}"
    *leading, last = (*version.release, 0, 0)[: max(len(version.release), len(("major", "minor", "patch")))]
    return f"{epoch}{'.'.join(map(str, (*leading, last + 1)))}"
