"""Bring the images of a commit into a repository, or only see that they can be built."""

import dataclasses
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from flowstacks.core.errors import BuildError
from flowstacks.git.git_tree import Tree
from flowstacks.images import builder, containerfile, context
from flowstacks.images.buildah import Buildah
from flowstacks.images.builder import Builder, BuildJob, Destination
from flowstacks.images.buildx import Buildx
from flowstacks.images.target import Target
from flowstacks.provider.images import endpoint
from flowstacks.provider.images.repository import RegistryRepository

BUILDERS: Sequence[Builder] = (Buildah(), Buildx())


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wish:
    """How. `base`: `flowstacks:images.base`. `on_nothing`: the code alone, on an empty base.

    `rebuild`: even where the content's tag is there.
    """

    base: str | None
    on_nothing: bool = False
    rebuild: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outcome:
    """One image. `digest` is None where it was built and not pushed; `tag` stands for its content."""

    key: str
    how: Literal["found", "built"]
    digest: str | None
    tag: str


def ensure(target: Target, tree: Tree, wish: Wish, repository: RegistryRepository) -> Outcome:
    """Built and pushed, unless the repository has an image of this content.

    Raises `BuildError`, or a ProviderError of the registry's.
    """
    found = None if wish.rebuild else repository.digest(target.tree_tag)
    if found:
        return Outcome(key=target.key, how="found", digest=found, tag=target.tree_tag)
    # ECR makes no repository by itself; one on loopback does with the first push.
    if endpoint.substitute() is None and not repository.exists():
        raise BuildError(f"there is no repository {repository.url} yet. Run `pulumi up`, which makes it, and then this")
    destination = Destination(
        reference=f"{repository.url}:{target.tree_tag}",
        login=endpoint.login(repository.server),
        is_plain=endpoint.is_plain(repository.server),
    )
    digest = _built(target, tree, wish, destination)
    # It stays on the first image of its commit: the repository lets only `tree-…` and `pin-…` move.
    if digest and repository.digest(target.readable_tag) is None:
        repository.tag(digest, target.readable_tag)
    return Outcome(key=target.key, how="built", digest=digest, tag=target.tree_tag)


def attempt(target: Target, tree: Tree, wish: Wish) -> Outcome:
    """Built and thrown away: for checks of pull requests, without any registry. Raises `BuildError`."""
    _built(target, tree, wish, None)
    return Outcome(key=target.key, how="built", digest=None, tag=target.tree_tag)


def digests(targets: Iterable[Target], repository: RegistryRepository) -> dict[str, str | None]:
    """What the repository has of these contents, by image key."""
    tags = {target.key: target.tree_tag for target in targets}
    found = repository.digests(tags.values())
    return {key: found[tag] for key, tag in tags.items()}


def _built(target: Target, tree: Tree, wish: Wish, destination: Destination | None) -> str | None:
    text = recipe(target, tree, wish)
    tool = builder.chosen(BUILDERS)
    with tempfile.TemporaryDirectory(prefix="flowstacks-build-") as folder:
        scratch = Path(folder)
        job = BuildJob(
            scratch=scratch,
            context=scratch / "context",
            containerfile=scratch / "Containerfile",
            base=None if wish.on_nothing or target.image.dockerfile else wish.base,
        )
        context.extract(tree, (target.project.path, *target.project.shared), job.context)
        job.containerfile.write_text(text, encoding="utf-8")
        try:
            return tool.build(job, destination)
        except BuildError as failed:
            raise BuildError(f"{target.key}: {failed}") from failed


def recipe(target: Target, tree: Tree, wish: Wish) -> str:
    """Text of the Containerfile. Raises `BuildError` where there is nothing to start from."""
    if wish.on_nothing:
        return containerfile.on_nothing(target)
    if target.image.dockerfile:
        blob = tree.read([target.image.dockerfile])[target.image.dockerfile]
        return containerfile.on_dockerfile(blob.content.decode(errors="replace"), target)
    if wish.base:
        return containerfile.on_base(wish.base, target)
    # Only a registry on loopback may get images that can't run.
    also = "; to try promotions on the embedded default, --empty-base" if endpoint.substitute() else ""
    raise BuildError(
        f"{target.key} has no Dockerfile, and no base image is configured. Set flowstacks:images.base to an image that "
        f"has Python and pip, or add {target.project.path}/Dockerfile{also}"
    )
