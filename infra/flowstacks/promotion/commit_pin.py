"""A commit pinned by hand in an environment's stack file, with the images that its repository has for it."""

import dataclasses
from pathlib import Path

from flowstacks.core import problem
from flowstacks.core.errors import FlowstacksError, RejectedError
from flowstacks.evaluation import evaluation, images
from flowstacks.git import git_tree
from flowstacks.pins import pins, stack_text
from flowstacks.pins.pins import Edit
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.stack_file import StackFile


@dataclasses.dataclass(frozen=True, kw_only=True)
class CommitPin:
    """What pinning a commit means for the stack file."""

    commit: str
    """40 hex digits."""
    edit: Edit
    images: dict[str, str]
    """Digest by image name; empty on `process`."""
    unbuilt: tuple[str, ...]
    """Names of images without a digest, which `up` is to build (`flowstacks:images.build`)."""
    notes: tuple[str, ...]
    """Warnings to print."""


def prepare(root: Path, project: str, stack: str, rev: str, origin: str | None) -> CommitPin:
    """What pinning `rev` (anything git resolves) means for the stack file; nothing is written. Asks the registry.

    Raises `FlowstacksError` for an unknown environment, or a commit that this clone does not have; `RejectedError`
    where the stack would have errors at that commit, or where an image is missing.
    """
    pins.read(root, stack)
    if origin is not None:
        pins.read(root, origin)
    if rev == git_tree.WORKTREE:
        raise FlowstacksError("Uncommitted flows can't be pinned. Commit them, and pin HEAD")
    commit = git_tree.resolved(git_tree.repository(root), rev)
    edit = pins.edit(root, stack, lambda text: stack_text.with_release(text, commit, origin, {}))
    verdict = evaluation.run(root, project, stack, edit.values)
    if not RUNTIMES[verdict.config.runtime].has_images:
        return CommitPin(commit=commit, edit=edit, images={}, unbuilt=(), notes=())
    # The image of a held deployment has a name of its own, and its pin in the override.
    images_of_release = [image for image in verdict.desired.images if image.name == image.key]
    resolved = images.resolve(verdict.config, images_of_release, StackFile(root, stack).place)
    if problem.errors(resolved.problems):
        raise RejectedError(resolved.problems)
    digests = {name: image.digest for name, image in resolved.images.items() if image.digest}
    return CommitPin(
        commit=commit,
        edit=pins.edit(root, stack, lambda text: stack_text.with_release(text, commit, origin, digests)),
        images=digests,
        unbuilt=tuple(sorted(resolved.images.keys() - digests.keys())),
        notes=tuple(map(str, resolved.problems)),
    )
