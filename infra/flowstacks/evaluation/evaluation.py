"""From a stack's config to what it is to have; every problem at once, or the exact inputs. Sends nothing."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from flowstacks.checks import registry
from flowstacks.checks.check import CheckRun
from flowstacks.checks.deployments import overrides
from flowstacks.checks.facts import DeploymentFacts, InputFacts, StackFacts
from flowstacks.core import naming, problem, urls
from flowstacks.core.errors import RejectedError
from flowstacks.core.problem import Place, Problem
from flowstacks.desired import choice, desired_state
from flowstacks.desired.choice import ChosenDeployment
from flowstacks.desired.objects import Desired
from flowstacks.desired.recipe import Source
from flowstacks.discovery.manifest import Manifest
from flowstacks.evaluation import pinned_manifests
from flowstacks.evaluation.pinned_manifests import PinnedManifests
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack import config, partial_config, server
from flowstacks.stack.config import Config
from flowstacks.stack.partial_config import PartialConfig
from flowstacks.stack.stack_file import StackFile


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verdict:
    """A stack without an error."""

    config: Config
    """The environment's config."""
    desired: Desired
    """What the environment is to have."""
    manifests: Mapping[str, Manifest]
    """What is declared, by pin."""
    pinned: Place
    """Where the release's commit is written."""
    problems: Sequence[Problem]
    """Warnings and infos only."""


def run(root: Path, project: str, stack: str, values: Mapping[str, object] | None = None) -> Verdict:
    """Check one stack of the repository at `root`.

    `values` are Pulumi's config values; where they are not given, the stack file's are taken. `project` is the Pulumi
    project's name. Raises `RejectedError` with every error that does not follow from another.
    """
    stack_file = StackFile(root, stack)
    written = stack_file.values()
    partial = partial_config.load(stack, written if values is None else values, stack_file.place)
    checks = _stack_checks(partial, written, stack_file)
    return _evaluate(root, project, _with_known_runtime(partial.config, stack_file, checks), stack_file, checks)


def judge(root: Path, project: str, settings: Config, stack_file: StackFile) -> Verdict:
    """As `run`, for a config that was read already, or is what a stack would have; `stack_file` gives the places."""
    return _evaluate(root, project, settings, stack_file, CheckRun())


def configured(root: Path, stack: str) -> Config:
    """The stack file's config, checked by itself; arguments and errors as with `run`."""
    stack_file = StackFile(root, stack)
    written = stack_file.values()
    partial = partial_config.load(stack, written, stack_file.place)
    _stop_on_errors(_stack_checks(partial, written, stack_file))
    return partial.config


def owner(settings: Config, project: str) -> str:
    """The mark that this stack's objects carry."""
    url = settings.repository.url if settings.repository else None
    return naming.owner(project, settings.environment, url)


def source(settings: Config, root: Path) -> Source:
    """Where runs clone from: this checkout on a loopback API, `flowstacks:repository` elsewhere."""
    if settings.repository and not urls.is_loopback(server.api_url(settings) or ""):
        return Source(url=settings.repository.url, credentials=settings.repository.credentials, checkout=str(root))
    return Source(url=root.as_uri(), credentials=None, checkout=str(root))


def _stack_checks(partial: PartialConfig, written: Mapping[str, object], stack_file: StackFile) -> CheckRun:
    checks = CheckRun(partial.broken)
    checks.problems.extend(partial.problems)
    checks.run(registry.STACK, StackFacts(config=partial.config, written=written, locate=stack_file.place))
    return checks


def _with_known_runtime(settings: Config, stack_file: StackFile, checks: CheckRun) -> Config:
    """An unknown runtime is a problem already; everything that does not depend on it is checked with another one."""
    if settings.runtime in RUNTIMES:
        return settings
    checks.add_broken({"runtime": stack_file.place([f"{config.NAMESPACE}:runtime"])})
    return settings.model_copy(update={"runtime": next(iter(RUNTIMES))})


def _evaluate(root: Path, project: str, settings: Config, stack_file: StackFile, checks: CheckRun) -> Verdict:
    """Go on from the stack's checks; what is broken so far is not in `settings`."""
    reading = pinned_manifests.read(root, settings, stack_file)
    checks.problems.extend(reading.problems)
    checks.add_broken(reading.broken)
    facts = DeploymentFacts(
        config=reading.config,
        written=stack_file.values(),
        locate=stack_file.place,
        chosen=_chosen(reading, stack_file),
        manifests=reading.manifests,
        incomplete=reading.incomplete,
    )
    checks.run(registry.DEPLOYMENTS, facts)
    for pattern in overrides.undecided_patterns(facts):
        places = [facts.incomplete[name] for name in overrides.undecided(facts, pattern)]
        checks.skip(f"unknown-address of {pattern!r}", places)
    mark, clone = owner(reading.config, project), source(reading.config, root)
    runtime = RUNTIMES[reading.config.runtime]
    for find in runtime.checks:
        checks.problems.extend(find(reading.config, facts.chosen, stack_file.place))
    desired = desired_state.compose(reading.config, runtime, mark, clone, facts.chosen)
    checks.run(registry.INPUTS, InputFacts(desired=desired, **vars(facts)))
    _stop_on_errors(checks)
    return Verdict(
        config=settings,
        desired=desired,
        manifests=reading.manifests,
        pinned=stack_file.place([f"{config.NAMESPACE}:release", "commit"]),
        problems=problem.in_reading_order(checks.problems),
    )


def _chosen(reading: PinnedManifests, stack_file: StackFile) -> list[ChosenDeployment]:
    """What the environment is to have, without the deployments that a pin which can't be read would give."""
    chosen = choice.choose(reading.config, reading.manifests, lambda pattern: _place(stack_file, pattern))
    return [
        deployment
        for deployment in chosen
        if not any(naming.matches(glob, naming.parse_address(deployment.declared.address)) for glob in reading.withheld)
    ]


def _place(stack_file: StackFile, pattern: str) -> Place:
    """Where an override is written, and the defaults for no pattern."""
    return stack_file.place(["flowstacks:overrides", pattern] if pattern else ["flowstacks:defaults"])


def _stop_on_errors(checks: CheckRun) -> None:
    if problem.errors(checks.problems):
        raise RejectedError([*checks.problems, *checks.not_checked()])
