"""Which digest each image of a stack has: pinned ones are looked up, others found by their content. Read-only."""

import dataclasses
from collections.abc import Mapping, Sequence

from flowstacks.core import naming, problem
from flowstacks.core.errors import ServerError
from flowstacks.core.problem import Problem
from flowstacks.desired.image_source import ImageSource
from flowstacks.desired.objects import DesiredImage
from flowstacks.images import containerfile, location
from flowstacks.provider.errors import ProviderError
from flowstacks.provider.http.transport import Patience
from flowstacks.provider.images import tags
from flowstacks.provider.images.repository import RegistryRepository
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import Locate


@dataclasses.dataclass(frozen=True, kw_only=True)
class Resolved:
    """`images` by name; with an error among `problems`, some are missing."""

    images: Mapping[str, ImageSource]
    problems: Sequence[Problem]


def resolve(
    settings: Config,
    images: Sequence[DesiredImage],
    locate: Locate,
    origin: Config | None = None,
    patience: Patience | None = None,
) -> Resolved:
    """Ask the environment's repository, then that of `origin`, where the release comes from.

    `locate` gives the place of a config key. Raises `ServerError` where a registry does not answer or refuses us.
    """
    if not images:
        return Resolved(images={}, problems=())
    if location.is_absent():
        return _unverified(settings, images, locate)
    try:
        with location.repository(settings, patience) as repository:
            digests = _look_up(images, repository)
            missing = [image for image in images if digests[image.name] is None]
            copies = _at_origin(settings, missing, origin, patience)
            sources = {image.name: _source(settings, image, digests[image.name], copies) for image in images}
            problems = [
                *(_missing(settings, image, locate, repository) for image in images if sources[image.name] is None),
                *(
                    _stale(settings, image, locate)
                    for image in images
                    if digests[image.name] and _is_stale(image, repository)
                ),
            ]
    except ProviderError as refusal:
        raise ServerError(f"images of {settings.environment}: {refusal}") from refusal
    return Resolved(images={name: source for name, source in sources.items() if source}, problems=problems)


def _look_up(images: Sequence[DesiredImage], repository: RegistryRepository) -> dict[str, str | None]:
    """Digest of each image that the repository has, by the image's name."""
    references = {image.name: image.digest or _tree(image) for image in images}
    digests = repository.digests(references.values())
    return {name: digests[reference] for name, reference in references.items()}


def _tree(image: DesiredImage) -> str:
    return tags.tree(image.key, image.project.tree_key)


def _at_origin(
    settings: Config, missing: Sequence[DesiredImage], origin: Config | None, patience: Patience | None
) -> dict[str, ImageSource]:
    if not missing or origin is None or not RUNTIMES[origin.runtime].has_images:
        return {}
    with location.source(origin, settings, patience) as repository:
        digests = _look_up(missing, repository)
    return {name: ImageSource(digest=digest, source=repository.url) for name, digest in digests.items() if digest}


def _source(
    settings: Config, image: DesiredImage, digest: str | None, copies: Mapping[str, ImageSource]
) -> ImageSource | None:
    """Where `up` gets an image from: the environment's own repository (`digest`), the origin's, or a build."""
    if digest:
        return ImageSource(digest=digest)
    may_be_built = image.digest is None and settings.images.build
    return copies.get(image.name) or (ImageSource(digest=None) if may_be_built else None)


def _is_stale(image: DesiredImage, repository: RegistryRepository) -> bool:
    """Whether the release pins an image of ours that was built from another content, by its own label.

    A commit that is pinned by hand leaves the digests of the one before. The digest of an override is on purpose.
    """
    if image.digest is None or image.name != image.key or repository.digest(_tree(image)) == image.digest:
        return False
    tree_key = image.project.tree_key
    return repository.labels(image.digest).get(containerfile.TREE_KEY, tree_key) != tree_key


def _stale(settings: Config, image: DesiredImage, locate: Locate) -> Problem:
    pin = settings.release.commit if settings.release else "COMMIT"
    return problem.error(
        "stale-image",
        locate(image.pinned_at),
        f"{image.key} is pinned to an image of other files than commit {naming.short_hash(pin)} has",
        f"Run `flowstacks pin {settings.environment} {pin}`, which pins its image too",
    )


def _missing(settings: Config, image: DesiredImage, locate: Locate, repository: RegistryRepository) -> Problem:
    place, commit = locate(image.pinned_at), image.project.commit
    build = f"flowstacks build {settings.environment} {image.key} --commit {commit}"
    if not location.is_embedded() and not repository.exists():
        remedy = f"Run `pulumi up` without flowstacks:release first, which makes the repository; then `{build}`"
        return problem.error("missing-image", place, f"there is no repository {repository.url} yet", remedy)
    noun = f"image {image.digest}" if image.digest else f"image of {image.key} at {naming.short_hash(commit)}"
    return problem.error("missing-image", place, f"{repository.url} has no {noun}", f"Run `{build}`")


def _unverified(settings: Config, images: Sequence[DesiredImage], locate: Locate) -> Resolved:
    """No registry to ask: pinned digests are taken as they are, and an image without one can't be had."""
    remedy = "Install docker-registry and run `make up` again, or pin its digest in flowstacks:release.images"
    problems = [
        problem.error(
            "missing-image",
            locate(image.pinned_at),
            f"{image.key} has no pinned digest, and there is no registry here",
            remedy,
        )
        for image in images
        if image.digest is None
    ]
    pinned = {image.name: ImageSource(digest=image.digest) for image in images if image.digest}
    if pinned:
        place = min(locate(image.pinned_at) for image in images if image.digest)
        message = (
            f"{len(pinned)} pinned digests of {settings.environment} are not verified: AWS is an emulator here, "
            "and no registry runs beside it"
        )
        remedy = "Install docker-registry and run `make up` again to have them looked up"
        problems.append(problem.warning("unverified-image", place, message, remedy))
    return Resolved(images=pinned, problems=problems)
