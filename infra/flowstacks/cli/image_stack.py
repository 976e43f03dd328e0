"""What the verbs about images share: the stack, and the commit whose images are meant."""

import dataclasses
from pathlib import Path

from flowstacks.core import problem
from flowstacks.core.errors import FlowstacksError, RejectedError
from flowstacks.discovery import discovery
from flowstacks.discovery.declarations import declaration_checks
from flowstacks.git import command, git_tree
from flowstacks.images import target
from flowstacks.images.target import Target
from flowstacks.runtimes.registry import runtime_of, with_images
from flowstacks.stack import config
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import StackFile


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImageStack:
    """An environment, and the images of one commit that it needs."""

    config: Config
    """Of the environment."""
    commit: str
    """40 hex digits."""
    targets: dict[str, Target]
    """By image key: the images that the flows of `commit` declare."""
    unsaved: bool
    """Whether the checkout has changed flows that no commit has."""


def read(root: Path, stack: str, rev: str | None) -> ImageStack:
    """`rev` goes before the stack's release, and that before HEAD.

    Raises `FlowstacksError` for a stack that uses no images, `RejectedError` for flows that can't be read.
    """
    settings = _configured(root, stack)
    revision = rev or (settings.release.commit if settings.release else "HEAD")
    if revision == git_tree.WORKTREE:
        raise FlowstacksError("Images are built from commits: commit first, then name the commit with --commit")
    commit = git_tree.resolved(git_tree.repository(root), revision)
    manifest, problems = discovery.discover(root, commit)
    # A stack's override may give what a declaration lacks, and no image depends on it.
    errors = [finding for finding in problem.errors(problems) if finding.code != declaration_checks.PARAMETERS_MISSING]
    if errors:
        raise RejectedError(errors)
    paths = sorted({path for project in manifest.projects for path in (project.path, *project.shared)})
    changed = command.output(root, ["status", "--porcelain", "--", *(f":(top,literal){path}" for path in paths)])
    unsaved = commit == git_tree.head(root) and bool(paths) and bool(changed.strip())
    return ImageStack(config=settings, commit=commit, targets=target.of_manifest(manifest), unsaved=unsaved)


def _configured(root: Path, stack: str) -> Config:
    """Without the checks that a running environment needs: a build knows no Prefect server."""
    stack_file = StackFile(root, stack)
    if not (root / stack_file.name).exists():
        raise FlowstacksError(f"There is no {stack_file.name}. Name a stack that has one")
    settings = config.load(stack, stack_file.values(), stack_file.place)
    if not runtime_of(settings).has_images:
        raise FlowstacksError(
            f"{stack} has runtime {settings.runtime}, which uses no images. "
            f"Name a stack with flowstacks:runtime: {with_images()}"
        )
    return settings
