"""Whether projects whose files changed have a newer version (features row 31). Pure."""

from collections.abc import Sequence

from packaging.version import InvalidVersion, Version

from flowstacks.core import problem
from flowstacks.discovery.projects.project_changes import ProjectChange, Stand


def check(moved: Sequence[ProjectChange], ref: str) -> list[problem.Problem]:
    """PEP 440, strictly greater than at `ref`; a new project may have any version, 0.0.0 too."""
    return [found for one in moved if one.after and one.has_moved for found in _check(one, one.after, ref)]


def _check(project: ProjectChange, now: Stand, ref: str) -> list[problem.Problem]:
    version = _parsed(now.version)
    if version is None:
        message = f"{project.name} has version {now.version!r}, which PEP 440 does not know"
        return [problem.error("unreadable-version", now.version_at, message, 'Write one such as "1.2.0"')]
    before = _parsed(project.before.version) if project.before else None
    # What could not be read at `ref` can't be compared; the new one can be from now on.
    if before is None or version > before:
        return []
    message = f"{project.name} changed since {ref} and has version {version}, which is not above {before}"
    remedy = f'Write a greater version into [project], for example "{_next(before)}"'
    return [problem.error("version-not-raised", now.version_at, message, remedy)]


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
    *rest, last = (*version.release, 0, 0)[: max(len(version.release), len(("major", "minor", "patch")))]
    return f"{epoch}{'.'.join(map(str, (*rest, last + 1)))}"
