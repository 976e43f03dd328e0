"""The text that an image is built from. Pure.

The environment comes first (the project's own Dockerfile, or the configured base with the project's requirements), the
code last: an edit of the code leaves the larger layers as they are.
"""

import shlex
from collections.abc import Mapping, Sequence

from flowstacks.images.target import Target
from flowstacks.runtimes import ecs, process

TREE_KEY = "flowstacks.tree-key"
"""Label: the content that an image was built from."""

NOT_RUNNABLE = {"flowstacks.runnable": "false"}
"""Label of an image that holds the code on an empty base."""

_COMPILE = (
    # Layers get the time 0, so byte code that is checked by its source's time would never be used.
    "python -m compileall -q -j 0 --invalidation-mode unchecked-hash "
    """"$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" """
    # Some packages have template files that are not valid Python.
    "|| true"
)


def on_dockerfile(dockerfile: str, target: Target) -> str:
    """The project's Dockerfile, its last stage continued."""
    return _text([dockerfile.rstrip(), *_code(target)])


def on_base(base: str, target: Target) -> str:
    """`base` must have `python` with pip; the project's requirements are installed there, and Prefect."""
    lines = " \\\n    ".join(map(shlex.quote, process.requirements(target.project)))
    # Without pip's own byte code, whose time stamps differ from build to build.
    install = f"RUN python -m pip install --no-cache-dir --no-compile \\\n    {lines} \\\n && ({_COMPILE})"
    return _text([f"FROM {base}", install, *_code(target)])


def on_nothing(target: Target) -> str:
    """The code alone: an image with a digest, which can't run."""
    return _text(["FROM scratch", *_code(target), *_labels(NOT_RUNNABLE)])


def _code(target: Target) -> list[str]:
    return [f"COPY . {ecs.CODE}/", *_labels(labels(target))]


def labels(target: Target) -> dict[str, str]:
    """The labels that name the source of an image."""
    return {
        "flowstacks.commit": target.project.commit,
        "flowstacks.image": target.key,
        "flowstacks.project": target.project.name,
        TREE_KEY: target.project.tree_key,
        "flowstacks.version": target.project.version,
    }


def _labels(named: Mapping[str, str]) -> list[str]:
    return [f"LABEL {name}={_quoted(value)}" for name, value in named.items()]


def _quoted(text: str) -> str:
    """In a Dockerfile's double quotes `$`, `"` and the backslash mean something."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
