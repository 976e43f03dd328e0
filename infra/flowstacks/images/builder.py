"""Which tool builds: the first on PATH that works here."""

import dataclasses
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from flowstacks.core.errors import BuildError

PLATFORM = "linux/amd64"
"""What Fargate runs unless a task definition says otherwise, whatever this machine is."""

_LAST_LINES = 20


@dataclasses.dataclass(frozen=True, kw_only=True)
class BuildJob:
    """One image that a tool is to build."""

    scratch: Path
    """A folder for the tool's own files; `context` and `containerfile` are in it."""
    context: Path
    """The folder of the files that the build may copy."""
    containerfile: Path
    """The instructions."""
    base: str | None
    """The image that it starts from, where the configuration names it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Destination:
    """`reference` is `host/repository:tag`; `login` base64 of `user:password`; `is_plain`: over http, on loopback."""

    reference: str
    login: str | None
    is_plain: bool

    @property
    def host(self) -> str:
        """The registry that the login is for."""
        return self.reference.partition("/")[0]


class Builder(Protocol):
    """A tool that builds and pushes."""

    def works(self) -> bool:
        """Whether it is installed and can build on this machine."""
        ...

    def build(self, job: BuildJob, destination: Destination | None) -> str | None:
        """Build, push where there is a destination, and return the digest in the registry. Raises `BuildError`."""
        ...


def run(command: Sequence[str], environment: Mapping[str, str], failure: str) -> str:
    """Standard output.

    Raises `BuildError`: `failure`, which ends with a remedy, and the last lines of the tool's output.
    """
    completed = subprocess.run(
        command,
        check=False,
        env=environment,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    if completed.returncode:
        last = [f"  {line}" for line in f"{completed.stdout}\n{completed.stderr}".splitlines() if line.strip()][
            -_LAST_LINES:
        ]
        raise BuildError("\n".join([f"{failure}. {command[0]} printed:", *last]))
    return completed.stdout


def succeeds(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Whether the command exists and ends without an error."""
    try:
        completed = subprocess.run(command, check=False, env=environment, capture_output=True, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        return False
    return completed.returncode == 0


def choose(builders: Sequence[Builder]) -> Builder:
    """The first that works. Raises `BuildError`."""
    working = next((builder for builder in builders if builder.works()), None)
    if working is None:
        raise BuildError(
            "images can't be built here: neither buildah nor docker buildx with a running daemon was found. "
            "Install buildah, or build where one of them works"
        )
    return working
