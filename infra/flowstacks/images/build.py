"""Bring the images of a commit into a repository, or only check that they can be built."""

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
class BuildOptions:
    """How an image is built."""

    base: str | None
    """`flowstacks:images.base`: what images without a Dockerfile start from."""
    on_nothing: bool = False
    """Whether the code alone is built, on an empty base."""
    rebuild: bool = False
    """Whether it is built although the repository has the content's tag."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class BuildOutcome:
    """What became of one image."""

    key: str
    """Image key."""
    how: Literal["found", "built"]
    """Whether the repository had it."""
    digest: str | None
    """None where it was built and not pushed."""
    tag: str
    """The tag of its content."""


def ensure(target: Target, tree: Tree, options: BuildOptions, repository: RegistryRepository) -> BuildOutcome:
    """Build and push, unless the repository has an image of this content.

    Raises `BuildError`, or a ProviderError of the registry's.
    """
    existing = None if options.rebuild else repository.digest(target.tree_tag)
    if existing:
        return BuildOutcome(key=target.key, how="found", digest=existing, tag=target.tree_tag)
    # ECR makes no repository with a push; a registry on loopback does.
    if endpoint.substitute() is None and not repository.exists():
        raise BuildError(
            f"there is no repository {repository.url} yet. Run `pulumi up`, which makes it, and then run this again"
        )
    destination = Destination(
        reference=f"{repository.url}:{target.tree_tag}",
        login=endpoint.login(repository.server),
        is_plain=endpoint.is_plain(repository.server),
    )
    digest = _build(target, tree, options, destination)
    # The readable tag stays on the first image of its commit: the repository lets only `tree-…` and `pin-…` move.
    if digest and repository.digest(target.readable_tag) is None:
        repository.tag(digest, target.readable_tag)
    return BuildOutcome(key=target.key, how="built", digest=digest, tag=target.tree_tag)


def attempt(target: Target, tree: Tree, options: BuildOptions) -> BuildOutcome:
    """Build, and keep nothing: for checks of pull requests, without any registry. Raises `BuildError`."""
    _build(target, tree, options, None)
    return BuildOutcome(key=target.key, how="built", digest=None, tag=target.tree_tag)


def digests(targets: Iterable[Target], repository: RegistryRepository) -> dict[str, str | None]:
    """The repository's digests of these contents, by image key."""
    tags = {target.key: target.tree_tag for target in targets}
    digest_by_tag = repository.digests(tags.values())
    return {key: digest_by_tag[tag] for key, tag in tags.items()}


def _build(target: Target, tree: Tree, options: BuildOptions, destination: Destination | None) -> str | None:
    text = recipe(target, tree, options)
    tool = builder.choose(BUILDERS)
    with tempfile.TemporaryDirectory(prefix="flowstacks-build-") as folder:
        scratch = Path(folder)
        job = BuildJob(
            scratch=scratch,
            context=scratch / "context",
            containerfile=scratch / "Containerfile",
            base=None if options.on_nothing or target.image.dockerfile else options.base,
        )
        context.extract(tree, (target.project.path, *target.project.shared), job.context)
        job.containerfile.write_text(text, encoding="utf-8")
        try:
            return tool.build(job, destination)
        except BuildError as failed:
            raise BuildError(f"{target.key}: {failed}") from failed


def recipe(target: Target, tree: Tree, options: BuildOptions) -> str:
    """Text of the Containerfile. Raises `BuildError` where there is nothing to start from."""
    if options.on_nothing:
        return containerfile.on_nothing(target)
    if target.image.dockerfile:
        blob = tree.read([target.image.dockerfile])[target.image.dockerfile]
        return containerfile.on_dockerfile(blob.content.decode(errors="replace"), target)
    if options.base:
        return containerfile.on_base(options.base, target)
    # Only a registry on loopback may get images that can't run.
    also = "; to try promotions on the embedded default, --empty-base" if endpoint.substitute() else ""
    raise BuildError(
        f"{target.key} has no Dockerfile, and no base image is configured. Set flowstacks:images.base to an image that "
        f"has Python and pip, or add {target.project.path}/Dockerfile{also}"
    )
