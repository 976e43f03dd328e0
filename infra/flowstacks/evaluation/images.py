"""Which digest each image of a stack has: pinned ones are looked up, others found by their content. Read-only."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from flowstacks.core import naming, problem
from flowstacks.core.errors import ServerError
from flowstacks.core.problem import Place
from flowstacks.desired.image_source import ImageSource
from flowstacks.desired.objects import DesiredImage
from flowstacks.images import containerfile, location
from flowstacks.provider.errors import ProviderError
from flowstacks.provider.http.transport import Patience
from flowstacks.provider.images import tags
from flowstacks.provider.images.repository import RegistryRepository
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import Key

Locate = Callable[[Sequence[Key]], Place]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Resolved:
    """`images` by name; with an error among `problems`, some are missing."""

    images: Mapping[str, ImageSource]
    problems: Sequence[problem.Problem]


def resolve(
    settings: Config,
    wanted: Sequence[DesiredImage],
    locate: Locate,
    origin: Config | None = None,
    patience: Patience | None = None,
) -> Resolved:
    """Ask the environment's repository, then that of `origin`, where the release comes from.

    `locate` tells where a config key stands. Raises `ServerError` where a registry does not answer or refuses us.
    """
    if not wanted:
        return Resolved(images={}, problems=())
    if location.is_absent():
        return _unverified(settings, wanted, locate)
    try:
        with location.repository(settings, patience) as repository:
            there = _looked_up(wanted, repository)
            missing = [one for one in wanted if there[one.name] is None]
            brought = _at_origin(settings, missing, origin, patience)
            settled = {one.name: _settled(settings, one, there[one.name], brought) for one in wanted}
            return Resolved(
                images={name: found for name, found in settled.items() if found},
                problems=[
                    *(
                        _missing(settings, one, locate(one.pinned_at), repository)
                        for one in wanted
                        if settled[one.name] is None
                    ),
                    *(
                        _of_other_files(settings, one, locate(one.pinned_at))
                        for one in wanted
                        if there[one.name] and _is_of_other_files(one, repository)
                    ),
                ],
            )
    except ProviderError as refused:
        raise ServerError(f"images of {settings.environment}: {refused}") from refused


def _looked_up(wanted: Sequence[DesiredImage], repository: RegistryRepository) -> dict[str, str | None]:
    references = {one.name: one.digest or _tree(one) for one in wanted}
    there = repository.digests(references.values())
    return {name: there[reference] for name, reference in references.items()}


def _tree(one: DesiredImage) -> str:
    return tags.tree(one.key, one.project.tree_key)


def _at_origin(
    settings: Config, missing: Sequence[DesiredImage], origin: Config | None, patience: Patience | None
) -> dict[str, ImageSource]:
    if not missing or origin is None or not RUNTIMES[origin.runtime].has_images:
        return {}
    with location.source(origin, settings, patience) as repository:
        found = _looked_up(missing, repository)
    return {name: ImageSource(digest=digest, source=repository.url) for name, digest in found.items() if digest}


def _settled(
    settings: Config, one: DesiredImage, here: str | None, brought: Mapping[str, ImageSource]
) -> ImageSource | None:
    if here:
        return ImageSource(digest=here)
    may_be_built = one.digest is None and settings.images.build
    return brought.get(one.name) or (ImageSource(digest=None) if may_be_built else None)


def _is_of_other_files(one: DesiredImage, repository: RegistryRepository) -> bool:
    """Whether the release pins an image of ours that says it was built from another content.

    A commit that is pinned by hand leaves the digests of the one before. What an override says is on purpose.
    """
    if one.digest is None or one.name != one.key or repository.digest(_tree(one)) == one.digest:
        return False
    return repository.labels(one.digest).get(containerfile.TREE_KEY, one.project.tree_key) != one.project.tree_key


def _of_other_files(settings: Config, one: DesiredImage, place: Place) -> problem.Problem:
    pin = settings.release.commit if settings.release else "COMMIT"
    return problem.error(
        "stale-image", place,
        f"{one.key} is pinned to an image of other files than commit {naming.short_hash(pin)} has",
        f"Run `flowstacks pin {settings.environment} {pin}`, which pins its image too",
    )  # fmt: skip


def _missing(settings: Config, one: DesiredImage, place: Place, repository: RegistryRepository) -> problem.Problem:
    what = f"image {one.digest}" if one.digest else f"image of {one.key} at {naming.short_hash(one.project.commit)}"
    build = f"flowstacks build {settings.environment} {one.key} --commit {one.project.commit}"
    if not location.is_embedded() and not repository.exists():
        remedy = f"Run `pulumi up` without flowstacks:release first, which makes the repository; then `{build}`"
        return problem.error("missing-image", place, f"there is no repository {repository.url} yet", remedy)
    return problem.error("missing-image", place, f"{repository.url} has no {what}", f"Run `{build}`")


def _unverified(settings: Config, wanted: Sequence[DesiredImage], locate: Locate) -> Resolved:
    """No registry to ask: pinned digests are taken as they are, and what is not pinned can't be had."""
    problems = [
        problem.error(
            "missing-image", locate(one.pinned_at), f"{one.key} has no pinned digest, and there is no registry here",
            "Install docker-registry and run `make up` again, or pin its digest in flowstacks:release.images",
        )
        for one in wanted
        if one.digest is None
    ]  # fmt: skip
    pinned = {one.name: ImageSource(digest=one.digest) for one in wanted if one.digest}
    if pinned:
        problems.append(_unverified_warning(settings, [locate(one.pinned_at) for one in wanted if one.digest]))
    return Resolved(images=pinned, problems=problems)


def _unverified_warning(settings: Config, pinned: Sequence[Place]) -> problem.Problem:
    place = min(pinned)
    return problem.Problem(
        severity="warning", code="unverified-image", file=place.file, line=place.line,
        message=f"{len(pinned)} pinned digests of {settings.environment} are not verified: AWS is an emulator here, "
        "and no registry runs beside it",
        remedy="Install docker-registry and run `make up` again to have them looked up",
    )  # fmt: skip
