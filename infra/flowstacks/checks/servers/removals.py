"""A pin that would delete every deployment of a project although the project is still there, or no pin at all. Pure.

A declaration that was lost by mistake, or a wrong pin, looks just like it; `deployed: false` says that it is meant.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from flowstacks.checks.check import Finding
from flowstacks.checks.facts import RemovalFacts
from flowstacks.core import naming
from flowstacks.stack.config import Config

_ALL = "**"


def emptied_projects(facts: RemovalFacts) -> Iterator[Finding]:
    """Every deployment of a project would be deleted, though the project's folder is still there.

    Remedy: Pin another commit, or say `deployed: false` in an override for the project.
    """
    kept = {deployment.project.name for deployment in facts.desired.deployments}
    manifests = facts.manifests.values()
    projects = {project.path: project.name for manifest in manifests for project in manifest.projects}
    for path, name in sorted(projects.items()):
        gone = [entrypoint for entrypoint in facts.entrypoints if _is_in(entrypoint, path)]
        if gone and name not in kept and not is_switched_off(facts.config, name):
            yield Finding(
                facts.place,
                f"this would delete every deployment of project {name!r} ({len(gone)}), though {path} is still there",
                f'Pin another commit, or say so: flowstacks:overrides: {{"{name}/**": {{deployed: false}}}}',
            )


def emptied_environment(facts: RemovalFacts) -> Iterator[Finding]:
    """The stack has no release any more, and every deployment of the environment would be deleted.

    No release is how an environment begins, and what a lost block of the stack file looks like.

    Remedy: Write the release again, or say `deployed: false` in an override for `**`.
    """
    if facts.config.release is not None:
        return
    kept = {deployment.project.path for deployment in facts.desired.deployments}
    gone = [entrypoint for entrypoint in facts.entrypoints if not any(_is_in(entrypoint, path) for path in kept)]
    whole = facts.config.overrides.get(_ALL)
    if gone and not (whole and whole.deployed is False):
        yield Finding(
            facts.place,
            f"without a flowstacks:release every deployment of the environment would be deleted ({len(gone)})",
            f'Write it again, or say so: flowstacks:overrides: {{"{_ALL}": {{deployed: false}}}}',
        )


def is_switched_off(config: Config, project: str) -> bool:
    """Whether an override for the whole project says `deployed: false`."""
    whole = naming.Address(project, "", "")
    return any(
        override.deployed is False and naming.matches(pattern, whole) for pattern, override in config.overrides.items()
    )


def _is_in(entrypoint: str, folder: str) -> bool:
    return PurePosixPath(entrypoint.partition(":")[0]).is_relative_to(folder)
