"""Values for deployments that the stack file sets: schedules and parameters.

Pure. Declarations are checked by discovery, at their own lines.
"""

import itertools
from collections.abc import Iterator

from flowstacks.checks.check import Finding
from flowstacks.checks.facts import DeploymentFacts
from flowstacks.desired.choice import ChosenDeployment, Layer
from flowstacks.discovery import validation
from flowstacks.stack import schedule


def crons(facts: DeploymentFacts) -> Iterator[Finding]:
    """A schedule in the stack file has a cron that Prefect refuses.

    Remedy: Write five cron fields.
    """
    yield from _schedule_faults(facts, "invalid-cron")


def timezones(facts: DeploymentFacts) -> Iterator[Finding]:
    """A schedule in the stack file has a time zone that IANA does not know.

    Remedy: Write an IANA name, such as `Europe/Oslo`.
    """
    yield from _schedule_faults(facts, "unknown-timezone")


def _schedule_faults(facts: DeploymentFacts, code: str) -> Iterator[Finding]:
    for deployment, layer in _layers(facts):
        for fault in itertools.chain.from_iterable(map(schedule.faults, layer.settings.schedules or ())):
            if fault.code == code:
                yield Finding(layer.place, fault.message, fault.remedy, deployment.declared.address)


def parameters(facts: DeploymentFacts) -> Iterator[Finding]:
    """The stack file sets a parameter that the flow does not have, or a value that it does not take.

    Remedy: Rename or remove it, or write a value that the flow's annotation admits.
    """
    for deployment, layer in _layers(facts):
        values = layer.settings.parameters or {}
        for fault in validation.parameter_problems(deployment.flow.parameters, values, complete=False):
            yield Finding(layer.place, fault.message, fault.remedy, deployment.declared.address)


def _layers(facts: DeploymentFacts) -> Iterator[tuple[ChosenDeployment, Layer]]:
    for deployment in facts.chosen:
        for layer in deployment.layers:
            if layer.place.file != deployment.declared.file:
                yield deployment, layer
