"""The checks of a stage over facts that a test made."""

from collections.abc import Mapping, Sequence
from typing import Any

from flowstacks.checks.check import Check, CheckRun, Facts
from flowstacks.checks.facts import DeploymentFacts, InputFacts, Locate, StackFacts
from flowstacks.core.problem import Place, Problem
from flowstacks.desired import choice, desired_state
from flowstacks.desired.recipe import Source
from flowstacks.discovery.manifest import Manifest
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config

SOURCE = Source(url="https://git.test/flows.git", credentials=None, checkout="/checkout")


def problems(checks: Sequence[Check[Any]], facts: Facts) -> list[Problem]:
    run = CheckRun()
    run.run(checks, facts)
    return run.problems


def stack_facts(config: Config, locate: Locate, written: Mapping[str, Any] | None = None) -> StackFacts:
    return StackFacts(config=config, written=written or {}, locate=locate)


def input_facts(
    config: Config,
    manifests: Mapping[str, Manifest],
    locate: Locate,
    *,
    written: Mapping[str, Any] | None = None,
    incomplete: Mapping[str, Place] | None = None,
) -> InputFacts:
    """Facts of the last offline stage, which the stages before take too."""

    def place(pattern: str) -> Place:
        return locate(["flowstacks:overrides", pattern] if pattern else ["flowstacks:defaults"])

    chosen = choice.choose(config, manifests, place)
    facts = DeploymentFacts(
        config=config,
        written=written or {},
        locate=locate,
        chosen=chosen,
        manifests=manifests,
        incomplete=incomplete or {},
    )
    return InputFacts(
        desired=desired_state.compose(config, RUNTIMES[config.runtime], "flowstacks/dev", SOURCE, chosen), **vars(facts)
    )
