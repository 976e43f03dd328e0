"""What is declared at every commit that a stack pins; a pin that can't be read hides no problem of the others."""

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from flowstacks.checks.deployments.overrides import EVERY_PROJECT
from flowstacks.checks.other_codes import HIDING
from flowstacks.core import problem
from flowstacks.core.errors import GitError
from flowstacks.core.problem import Place, Problem
from flowstacks.discovery import discovery
from flowstacks.discovery.declarations import declaration_checks
from flowstacks.discovery.manifest import Manifest
from flowstacks.stack import config
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import StackFile


@dataclasses.dataclass(frozen=True, kw_only=True)
class PinnedManifests:
    """The pins of a stack, read."""

    config: Config
    """The config without the pins that can't be read."""
    manifests: Mapping[str, Manifest]
    """What is declared, by pin."""
    problems: Sequence[Problem]
    """What is wrong with the pins, and with the files of the flows."""
    broken: Mapping[str, Place]
    """`release` with its place, where its commit can't be read."""
    withheld: Sequence[str]
    """Patterns of overrides whose commit can't be read: nothing is known of the deployments that they cover."""
    incomplete: Mapping[str, Place]
    """As `DeploymentFacts.incomplete`."""


def read(root: Path, settings: Config, stack_file: StackFile) -> PinnedManifests:
    """Discover the flows at each pin of the stack."""
    manifests: dict[str, Manifest] = {}
    problems: list[Problem] = []
    incomplete: dict[str, Place] = {}
    unreadable: dict[str, Place] = {}
    for pin, path in sorted(config.pins(settings).items()):
        try:
            manifests[pin], findings = discovery.discover(root, pin)
        except GitError as failure:
            unreadable[pin] = stack_file.place(path)
            message, _, remedy = str(failure).rpartition(". ")
            problems.append(problem.error("unreadable-pin", unreadable[pin], message, remedy))
        else:
            # A stack's override may give what a declaration lacks: `missing-parameter` has the last word.
            problems += [item for item in findings if item.code != declaration_checks.PARAMETERS_MISSING]
            incomplete |= dict(_incomplete(manifests[pin], findings))
    withheld = {pattern: item.commit for pattern, item in settings.overrides.items() if item.commit in unreadable}
    incomplete |= {pattern.partition("/")[0]: unreadable[commit or ""] for pattern, commit in withheld.items()}
    release = settings.release and unreadable.get(settings.release.commit)
    return PinnedManifests(
        config=_without(settings, unreadable),
        manifests=manifests,
        problems=problems,
        broken={"release": release} if release else {},
        withheld=tuple(withheld),
        incomplete=incomplete,
    )


def _without(settings: Config, pins: Collection[str]) -> Config:
    release = None if settings.release and settings.release.commit in pins else settings.release
    kept = {pattern: override for pattern, override in settings.overrides.items() if override.commit not in pins}
    return settings.model_copy(update={"release": release, "overrides": kept}) if pins else settings


def _incomplete(manifest: Manifest, problems: Sequence[Problem]) -> Iterator[tuple[str, Place]]:
    """Projects with a problem that may hide deployments; every project for one outside of all of them."""
    for item in problems:
        if item.code in HIDING and item.severity == "error":
            names = [
                project.name
                for project in manifest.projects
                if any(
                    item.file == path or item.file.startswith(f"{path}/") for path in (project.path, *project.shared)
                )
            ]
            for name in names or [EVERY_PROJECT]:
                yield name, Place(item.file, item.line)
