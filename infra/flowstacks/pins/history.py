"""What an environment ran, and since when: the revisions of its stack file in which a pin changed."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from flowstacks.discovery.projects.effective_commits import EffectiveCommits
from flowstacks.pins import revisions, stack_text
from flowstacks.pins.pin import Hold, Pinned, PinnedRelease
from flowstacks.pins.revisions import Revision
from flowstacks.pins.yaml_tree import TextError

NOTHING = Pinned(release=None, holds={})
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Step:
    """One change of pins."""

    revision: Revision
    before: Pinned
    after: Pinned
    projects: tuple[str, ...] | None = ()
    """Those whose release moved; None where neither git nor the images show it."""
    unreadable: str | None = None
    """Why the file of this revision can't be read; `before` and `after` are equal then."""

    @property
    def holds(self) -> Mapping[str, tuple[Hold | None, Hold | None]]:
        """Patterns whose hold changed, with the hold before and after."""
        before, after = self.before.holds, self.after.holds
        changed = [pattern for pattern in sorted({*before, *after}) if before.get(pattern) != after.get(pattern)]
        return {pattern: (before.get(pattern), after.get(pattern)) for pattern in changed}


@dataclasses.dataclass(frozen=True, kw_only=True)
class History:
    """Newest first. `ends_at`: the commit at which a shallow clone ends, before the first pin was seen."""

    steps: tuple[Step, ...]
    ends_at: str | None


def read(root: Path, stack: str, limit: int) -> History:
    """The last `limit` steps. Raises GitError where `root` is no repository's root."""
    steps: list[Step] = []
    ends_at = None
    for step in _steps(root, stack):
        if step.revision.is_boundary:
            ends_at = step.revision.commit
        else:
            steps.append(step)
        if len(steps) == limit:
            break
    effective = EffectiveCommits(root)
    return History(
        steps=tuple(dataclasses.replace(step, projects=_projects(step, effective)) for step in steps),
        ends_at=ends_at,
    )


def _steps(root: Path, stack: str) -> Iterator[Step]:
    """Newest first; what a revision changed is known once the revision before it was read."""
    newer: tuple[Revision, Pinned] | None = None
    for revision in revisions.walk(root, stack):
        try:
            pinned = stack_text.pinned(revision.text or "")
        except TextError as invalid:
            latest = newer[1] if newer else NOTHING
            yield Step(revision=revision, before=latest, after=latest, unreadable=str(invalid))
            continue
        if newer and newer[1] != pinned:
            yield Step(revision=newer[0], before=pinned, after=newer[1])
        newer = (revision, pinned)
    if newer and newer[1] != NOTHING:
        yield Step(revision=newer[0], before=NOTHING, after=newer[1])


def _projects(step: Step, effective: EffectiveCommits) -> tuple[str, ...] | None:
    """Those that differ between two releases: by effective commit, and by image, which a rebuild moves alone."""
    before, after = step.before.release, step.after.release
    if before == after:
        return ()
    images_before, images_after = (dict(release.images) if release else {} for release in (before, after))
    by_image = {
        key.partition("/")[0]
        for key in {*images_before, *images_after}
        if images_before.get(key) != images_after.get(key)
    }
    by_commit = _by_commit(before, after, effective)
    return None if by_commit is None and not by_image else tuple(sorted(by_image | (by_commit or set())))


def _by_commit(
    before: PinnedRelease | None, after: PinnedRelease | None, effective: EffectiveCommits
) -> set[str] | None:
    commits = [release.commit for release in (before, after) if release]
    if not all(_COMMIT.fullmatch(commit) for commit in commits):
        return None  # which commit HEAD or worktree was then is not known
    if before and after:
        return effective.moved(before.commit, after.commit)
    projects = effective.by_project(commits[0])
    return None if projects is None else set(projects)
