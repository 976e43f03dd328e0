"""Tags in an environment's repository: one repository holds all its images, and tags tell them apart.

An image key is `project` for a project's own image, `project/name` for one that `docker_env` names.
"""

import re

_NOT_IN_TAG = re.compile(r"[^A-Za-z0-9_.-]+")
_SHORT = 12
_LONGEST = 128
"""Of a tag: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}` (distribution-spec 1.1, "Pulling manifests")."""


def key(project: str, name: str = "") -> str:
    """The image key; the inverse of `parts`."""
    return f"{project}/{name}" if name else project


def parts(image: str) -> tuple[str, str]:
    """Project and name of an image key; the name is empty for the project's own image."""
    project, _, name = image.partition("/")
    return project, name


def tree(image: str, tree_key: str) -> str:
    """The tag that stands for a content: whoever finds it need not build."""
    return _joined("tree", tree_key, parts(image)[1])


def pin(image: str) -> str:
    """The tag on what an environment runs; the repository's lifecycle policy keeps what has one."""
    return _joined("pin", *parts(image))


def readable(image: str, version: str, commit: str) -> str:
    """For people who look at the registry: `etl-gpu-1.2.0-51aa51aa51aa`."""
    return _joined(*parts(image), version, commit[:_SHORT])


def _joined(*texts: str) -> str:
    return _NOT_IN_TAG.sub("-", "-".join(filter(None, texts))).lstrip("-.")[:_LONGEST]
