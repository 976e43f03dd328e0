"""Which image a pin or a deployment means: names that nothing has, and pins that mean several. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from flowstacks.checks.stack_settings import Locate
from flowstacks.core import problem, suggestion
from flowstacks.desired import layers
from flowstacks.desired.choice import ChosenDeployment
from flowstacks.discovery.manifest import Manifest
from flowstacks.discovery.projects import images
from flowstacks.provider.images import tags
from flowstacks.stack.config import NAMESPACE, Config


def check(
    stack: Config, chosen: Sequence[ChosenDeployment], manifests: Mapping[str, Manifest], locate: Locate
) -> Iterator[problem.Problem]:
    """All findings; `manifests` by pin."""
    yield from _unknown_images(chosen)
    yield from _unknown_keys(stack, manifests, locate)
    yield from _shared_images(stack, chosen, locate)


def _unknown_images(chosen: Sequence[ChosenDeployment]) -> Iterator[problem.Problem]:
    """Of the stack file; discovery has told those of declarations, at their own lines."""
    for one in chosen:
        said = one.settings.docker_env
        unfit = images.unknown(said, one.project.images, one.project.path) if said is not None else None
        place = layers.place_of(one, lambda layer: layer.docker_env is not None)
        if unfit and place.file != one.declared.file:
            yield problem.error("unknown-image", place, *unfit, address=one.declared.address)


def _unknown_keys(stack: Config, manifests: Mapping[str, Manifest], locate: Locate) -> Iterator[problem.Problem]:
    if stack.release is None:
        return
    projects = manifests[stack.release.commit].projects
    known = {tags.key(project.name, image.name) for project in projects for image in project.images}
    for key in sorted(set(stack.release.images) - known):
        place = locate([f"{NAMESPACE}:release", "images", key])
        message = f"the release pins an image {key!r} that no project has at its commit"
        yield problem.error("unknown-image", place, message, suggestion.closest(key, known))


def _shared_images(stack: Config, chosen: Sequence[ChosenDeployment], locate: Locate) -> Iterator[problem.Problem]:
    for pattern in (pattern for pattern, override in stack.overrides.items() if override.image):
        held = [one for one in chosen if one.held_by == pattern]
        keys = sorted({tags.key(one.project.name, one.settings.docker_env or "") for one in held})
        if len(keys) > 1:
            place = locate([f"{NAMESPACE}:overrides", pattern, "image"])
            message = f"override {pattern!r} holds deployments of several images ({', '.join(keys)}) at one digest"
            yield problem.error("shared-image", place, message, "Write one override for each, with a narrower pattern")
