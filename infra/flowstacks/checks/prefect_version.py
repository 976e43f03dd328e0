"""Flows whose Prefect is newer than the server and the worker they talk to. Pure."""

from collections.abc import Iterator, Sequence

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from flowstacks.core import problem
from flowstacks.desired.choice import ChosenDeployment

_LOWER_BOUNDS = ("==", ">=", "~=", ">")


def check(chosen: Sequence[ChosenDeployment], ours: str) -> Iterator[problem.Problem]:
    """A warning for each project that wants a later minor version than `ours`, which this repository is locked to."""
    locked = Version(ours)
    for path, lines in sorted({one.project.path: one.project.requirements for one in chosen}.items()):
        wanted = max(_wanted(lines), default=locked)
        if wanted.release[:2] > locked.release[:2]:
            message = f"the project wants Prefect {wanted}, and this repository's server and worker are {ours}"
            remedy = f"Pin prefect=={ours} in the project, or raise it here first"
            yield problem.warning("newer-prefect", problem.Place(path, 0), message, remedy)


def _wanted(lines: Sequence[str]) -> Iterator[Version]:
    for requirement in map(Requirement, lines):
        if canonicalize_name(requirement.name) == "prefect":
            for bound in requirement.specifier:
                if bound.operator in _LOWER_BOUNDS:
                    yield Version(bound.version.removesuffix(".*"))
