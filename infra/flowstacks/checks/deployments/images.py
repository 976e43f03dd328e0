"""Which image a pin or a deployment means: names that no project has, and pins that mean several. Pure."""

from collections.abc import Iterator

from flowstacks.checks.check import Finding
from flowstacks.checks.facts import DeploymentFacts
from flowstacks.core import suggestion
from flowstacks.desired import layers
from flowstacks.discovery.projects import images
from flowstacks.provider.images import tags
from flowstacks.stack.config import NAMESPACE


def unknown_images(facts: DeploymentFacts) -> Iterator[Finding]:
    """The stack file names an image that the project does not have.

    Discovery reports those of declarations, at their own lines.

    Remedy: Declare the image in the project's `pyproject.toml`, or correct the name.
    """
    for deployment in facts.chosen:
        name, project = deployment.settings.docker_env, deployment.project
        unfit = images.unknown(name, project.images, project.path) if name is not None else None
        place = layers.place_of(deployment, lambda layer: layer.docker_env is not None)
        if unfit and place.file != deployment.declared.file:
            yield Finding(place, *unfit, address=deployment.declared.address)


def unknown_keys(facts: DeploymentFacts) -> Iterator[Finding]:
    """The release pins an image that no project has at its commit.

    Remedy: Correct the key, or remove it from the release.
    """
    release = facts.config.release
    if release is None:
        return
    projects = facts.manifests[release.commit].projects
    known = {tags.key(project.name, image.name) for project in projects for image in project.images}
    for key in sorted(set(release.images) - known):
        place = facts.locate([f"{NAMESPACE}:release", "images", key])
        message = f"the release pins an image {key!r} that no project has at its commit"
        yield Finding(place, message, suggestion.closest(key, known))


def shared_images(facts: DeploymentFacts) -> Iterator[Finding]:
    """An override pins one digest for deployments of several images.

    Remedy: Write one override for each image, with a narrower pattern.
    """
    for pattern in (pattern for pattern, override in facts.config.overrides.items() if override.image):
        held = [deployment for deployment in facts.chosen if deployment.held_by == pattern]
        keys = sorted({tags.key(item.project.name, item.settings.docker_env or "") for item in held})
        if len(keys) > 1:
            place = facts.locate([f"{NAMESPACE}:overrides", pattern, "image"])
            message = f"override {pattern!r} holds deployments of several images ({', '.join(keys)}) at one digest"
            yield Finding(place, message, "Write one override for each, with a narrower pattern")
