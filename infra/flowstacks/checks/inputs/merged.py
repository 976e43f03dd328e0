"""Deployments after all layers are merged: parameters, tags, schedules, job variables. Pure."""

from collections.abc import Iterator
from typing import Any, cast

from flowstacks.checks.check import Finding
from flowstacks.checks.deployments import job_variables
from flowstacks.checks.facts import InputFacts
from flowstacks.core import suggestion
from flowstacks.discovery import validation
from flowstacks.provider.kinds import deployment as deployment_kind
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack import schedule


def missing_parameters(facts: InputFacts) -> Iterator[Finding]:
    """A scheduled deployment has no value for a parameter that the flow requires.

    Remedy: Give it a value in `parameters`, or a default in the signature.
    """
    for deployment in facts.desired.deployments if facts.config.schedule_policy != "none" else ():
        if not deployment.settings.schedules:
            continue
        values, flow = deployment.settings.parameters or {}, deployment.flow
        for fault in validation.parameter_problems(flow.parameters, values, complete=True):
            if fault.parameter not in values:  # a wrong value is reported where it is written
                yield Finding(deployment.place, fault.message, fault.remedy, deployment.address)


def reserved_tags(facts: InputFacts) -> Iterator[Finding]:
    """A tag has the form of the mark that says which stack owns a deployment.

    Remedy: Use another prefix.
    """
    for deployment in facts.desired.deployments:
        for tag in deployment.settings.tags or ():
            if tag.startswith(deployment_kind.TAG):
                message = f"tag {tag!r} would say whose the deployment is"
                yield Finding(deployment.place, message, "Use another prefix", deployment.address)


def slugs(facts: InputFacts) -> Iterator[Finding]:
    """Two schedules of a deployment have the same slug.

    Remedy: Give each schedule a slug of its own.
    """
    for deployment in facts.desired.deployments:
        schedules = schedule.with_slugs(deployment.settings.schedules or ())
        names = [str(slugged.slug) for slugged in schedules]
        for slug in sorted({slug for slug in names if names.count(slug) > 1}):
            message = f"two schedules have the slug {slug!r}"
            yield Finding(deployment.place, message, "Give each its own", deployment.address)


def env_in_job_variables(facts: InputFacts) -> Iterator[Finding]:
    """The job variables have an `env` of their own, which would replace the deployment's.

    Remedy: Move it to `env`, which is merged key by key.
    """
    for deployment in facts.desired.deployments:
        if deployment.settings.work_pool_name is None and "env" in (deployment.settings.job_variables or {}):
            message, remedy = "job_variables has an `env` of its own", "Move it to `env`, which is merged key by key"
            yield Finding(deployment.place, message, remedy, deployment.address)


def unknown_job_variables(facts: InputFacts) -> Iterator[Finding]:
    """A job variable is not in the template of the environment's work pool.

    Remedy: Correct the name.
    """
    variables = cast("dict[str, Any]", RUNTIMES[facts.config.runtime].job_template()["variables"])
    known: dict[str, Any] = variables["properties"]
    reported = job_variables.RESERVED if RUNTIMES[facts.config.runtime].needs_aws else ()  # by `reserved-job-variable`
    for deployment in facts.desired.deployments:
        if deployment.settings.work_pool_name is None:
            for name in sorted(set(deployment.settings.job_variables or {}) - {*known, *reported}):
                message, remedy = (
                    f"job variable {name!r} is not in the pool's template",
                    suggestion.closest(name, known),
                )
                yield Finding(deployment.place, message, remedy, deployment.address)
