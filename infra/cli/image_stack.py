"""What the verbs about images share: the stack, and the commit whose images are meant."""

import dataclasses
from pathlib import Path

from infra import config, problem
from infra.config import Config
from infra.discovery import discover, git, source
from infra.discovery.declarations import flow_spec
from infra.errors import FlowstacksError, RejectedError
from infra.images import target
from infra.images.target import Target
from infra.stack_file import StackFile


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImageStack:
    """`targets`: by image key, what `commit` holds. `unsaved`: the checkout has changed flows that no commit has."""

    config: Config
    commit: str
    targets: dict[str, Target]
    unsaved: bool


def read(root: Path, stack: str, rev: str | None) -> ImageStack:
    """`rev` goes before the stack's release, and that before HEAD.

    Raises `FlowstacksError` for a stack that uses no images, `RejectedError` for flows that can't be read.
    """
    settings = _configured(root, stack)
    asked = rev or (settings.release.commit if settings.release else "HEAD")
    if asked == source.WORKTREE:
        raise FlowstacksError("Images are built from commits: commit first, then name the commit with --commit")
    commit = source.resolved(source.repository(root), asked)
    found, problems = discover.discover(root, commit)
    # A stack's override may give what a declaration lacks, and no image depends on it.
    errors = [one for one in problem.errors(problems) if one.code != flow_spec.PARAMETERS_MISSING]
    if errors:
        raise RejectedError(errors)
    paths = sorted({path for each in found.projects for path in (each.path, *each.shared)})
    changed = git.output(root, ["status", "--porcelain", "--", *(f":(top,literal){path}" for path in paths)])
    unsaved = commit == source.head(root) and bool(paths) and bool(changed.strip())
    return ImageStack(config=settings, commit=commit, targets=target.of_manifest(found), unsaved=unsaved)


def _configured(root: Path, stack: str) -> Config:
    """Without the checks that a running environment needs: a build knows no Prefect server."""
    stack_file = StackFile(root, stack)
    if not (root / stack_file.name).exists():
        raise FlowstacksError(f"There is no {stack_file.name}. Name a stack that has one")
    settings = config.load(stack, stack_file.values(), stack_file.place)
    if settings.runtime != "ecs":
        raise FlowstacksError(
            f"{stack} has runtime {settings.runtime}, which uses no images. Name a stack with flowstacks:runtime: ecs"
        )
    return settings
