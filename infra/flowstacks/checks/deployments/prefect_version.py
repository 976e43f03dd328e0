"""Flows whose Prefect is newer than the server and the worker they talk to. Pure."""

import importlib.metadata
from collections.abc import Iterator, Sequence

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from flowstacks.checks.check import Finding
from flowstacks.checks.facts import DeploymentFacts
from flowstacks.core.problem import Place

_LOWER_BOUNDS = ("==", ">=", "~=", ">")


def newer_prefect(facts: DeploymentFacts) -> Iterator[Finding]:
    """A project asks for a later minor version of Prefect than the one that this repository is locked to.

    Remedy: Pin the older Prefect in the project, or raise it for the repository first.
    """
    locked = Version(importlib.metadata.version("prefect"))
    projects = {deployment.project.path: deployment.project.requirements for deployment in facts.chosen}
    for path, lines in sorted(projects.items()):
        version = max(_bounds(lines), default=locked)
        if version.release[:2] > locked.release[:2]:
            message = f"the project wants Prefect {version}, and this repository's server and worker are {locked}"
            yield Finding(Place(path, 0), message, f"Pin prefect=={locked} in the project, or raise it here first")


def _bounds(lines: Sequence[str]) -> Iterator[Version]:
    for requirement in map(Requirement, lines):
        if canonicalize_name(requirement.name) == "prefect":
            for bound in requirement.specifier:
                if bound.operator in _LOWER_BOUNDS:
                    yield Version(bound.version.removesuffix(".*"))
