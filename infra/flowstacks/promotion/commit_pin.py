"""A commit by hand into an environment's stack file, with the images that its repository has for it."""

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
    """`later`: images without a digest, which `up` is to build (`flowstacks:images.build`). `notes`: texts to read."""

    commit: str
    edit: Edit
    images: dict[str, str]
    later: tuple[str, ...]
    notes: tuple[str, ...]


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
    bare = pins.edit(root, stack, lambda text: stack_text.with_release(text, commit, origin, {}))
    verdict = evaluation.run(root, project, stack, bare.values)
    if not RUNTIMES[verdict.config.runtime].has_images:
        return CommitPin(commit=commit, edit=bare, images={}, later=(), notes=())
    # What is held apart has a name of its own, and its pin in its override.
    wanted = [one for one in verdict.desired.images if one.name == one.key]
    found = images.resolve(verdict.config, wanted, StackFile(root, stack).place)
    if problem.errors(found.problems):
        raise RejectedError(found.problems)
    digests = {name: one.digest for name, one in found.images.items() if one.digest}
    return CommitPin(
        commit=commit,
        edit=pins.edit(root, stack, lambda text: stack_text.with_release(text, commit, origin, digests)),
        images=digests,
        later=tuple(sorted(found.images.keys() - digests.keys())),
        notes=tuple(map(str, found.problems)),
    )
