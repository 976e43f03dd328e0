"""Container images of a project: its own, and those that its declarations name with `docker_env`."""

from collections.abc import Collection

from infra.discovery.manifest import Image

DOCKERFILE = "Dockerfile"


def of_project(folder: str, files: Collection[str]) -> tuple[Image, ...]:
    """The project's own image first; `files` are the paths of the tree."""
    own = f"{folder}/{DOCKERFILE}"
    return (Image(name="", dockerfile=own if own in files else None, file=own if own in files else folder, line=0),)
