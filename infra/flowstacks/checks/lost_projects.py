"""A pin that would delete every deployment of a project although the project is still there, or no pin at all. Pure.

A declaration that was lost by mistake, or a wrong pin, looks just like it; who means it says `deployed: false`.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from flowstacks.core import naming, problem
from flowstacks.core.problem import Place
from flowstacks.desired.objects import Desired
from flowstacks.discovery.manifest import Manifest
from flowstacks.stack.config import Config

_ALL = "**"


def check(
    config: Config, desired: Desired, manifests: Mapping[str, Manifest], entrypoints: Collection[str], place: Place
) -> Iterator[problem.Problem]:
    """`entrypoints`: those of this stack's deployments on the server; `place`: where the pin stands."""
    if config.release is None:
        yield from _without_release(config, desired, entrypoints, place)
    kept = {one.project.name for one in desired.deployments}
    projects = {project.path: project.name for manifest in manifests.values() for project in manifest.projects}
    for path, name in sorted(projects.items()):
        gone = [entrypoint for entrypoint in entrypoints if _is_in(entrypoint, path)]
        if gone and name not in kept and not is_switched_off(config, name):
            yield problem.error(
                "emptied-project",
                place,
                f"this would delete every deployment of project {name!r} ({len(gone)}), though {path} is still there",
                f'Pin another commit, or say so: flowstacks:overrides: {{"{name}/**": {{deployed: false}}}}',
            )


def _without_release(
    config: Config, desired: Desired, entrypoints: Collection[str], place: Place
) -> Iterator[problem.Problem]:
    """No release is how an environment begins, and what a lost block of the stack file looks like."""
    kept = {one.project.path for one in desired.deployments}
    gone = [entrypoint for entrypoint in entrypoints if not any(_is_in(entrypoint, path) for path in kept)]
    if gone and not any(said.deployed is False for pattern, said in config.overrides.items() if pattern == _ALL):
        yield problem.error(
            "emptied-environment",
            place,
            f"without a flowstacks:release every deployment of the environment would be deleted ({len(gone)})",
            f'Write it again, or say so: flowstacks:overrides: {{"{_ALL}": {{deployed: false}}}}',
        )


def is_switched_off(config: Config, project: str) -> bool:
    """Whether an override for the whole project says `deployed: false`."""
    whole = naming.Address(project, "", "")
    return any(said.deployed is False and naming.matches(pattern, whole) for pattern, said in config.overrides.items())


def _is_in(entrypoint: str, folder: str) -> bool:
    return PurePosixPath(entrypoint.partition(":")[0]).is_relative_to(folder)
