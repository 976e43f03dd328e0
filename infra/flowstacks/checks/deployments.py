"""What is wrong with the deployments that an environment is to have. Pure.

Declarations are checked by discovery, at their own lines; here come the stack file's values and what only shows when
everything is merged.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from flowstacks.checks import job_variables
from flowstacks.core import naming, problem, suggestion
from flowstacks.core.problem import Place
from flowstacks.desired.choice import ChosenDeployment
from flowstacks.desired.objects import Desired, DesiredDeployment
from flowstacks.discovery import validation
from flowstacks.discovery.manifest import Manifest
from flowstacks.provider.kinds import deployment
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack import schedule
from flowstacks.stack.config import Config


def check_patterns(
    config: Config, manifests: Mapping[str, Manifest], place: Callable[[str], Place]
) -> list[problem.Problem]:
    """Overrides that no deployment matches: of any pinned commit, or of the one that the override itself pins.

    (Holding at a commit what that commit does not have would delete it.)
    """
    addresses = {pin: _addresses(manifest) for pin, manifest in manifests.items()}
    everywhere = set[str]().union(*addresses.values())
    projects = {naming.Address(one.name, "", "") for manifest in manifests.values() for one in manifest.projects}
    found: list[problem.Problem] = []
    for pattern, override in config.overrides.items() if manifests else ():
        known = addresses[override.commit] if override.commit else everywhere
        if override.deployed is False and any(naming.matches(pattern, whole) for whole in projects):
            continue  # a project that has nothing to deploy any more may be switched off
        if not any(naming.matches(pattern, naming.parse_address(address)) for address in known):
            where = f" at commit {override.commit}" if override.commit else ""
            message = f"override {pattern!r} matches no deployment{where}"
            found.append(
                problem.error("unknown-address", place(pattern), message, suggestion.closest_address(pattern, known))
            )
    return found


def _addresses(manifest: Manifest) -> set[str]:
    return {declared.address for flow in manifest.flows for declared in flow.deployments}


def check_layers(chosen: Sequence[ChosenDeployment]) -> list[problem.Problem]:
    """Values from the stack file: schedules, and parameters the flow doesn't have."""
    return [found for one in chosen for found in _layer_problems(one)]


def check_merged(config: Config, desired: Desired) -> list[problem.Problem]:
    """Parameters that are missing, slugs and names that are taken twice, job variables the pool doesn't know."""
    single = [found for one in desired.deployments for found in _merged_problems(config, one)]
    return single + _collisions(desired)


def _layer_problems(one: ChosenDeployment) -> Iterator[problem.Problem]:
    address = one.declared.address
    for layer in one.layers:
        if layer.place.file == one.declared.file:
            continue
        for fault in itertools.chain.from_iterable(map(schedule.faults, layer.settings.schedules or ())):
            yield problem.error(fault.code, layer.place, fault.message, fault.remedy, address=address)
        given = layer.settings.parameters or {}
        for fault in validation.parameter_problems(one.flow.parameters, given, complete=False):
            yield problem.error("invalid-parameter", layer.place, fault.message, fault.remedy, address=address)


def _merged_problems(config: Config, one: DesiredDeployment) -> Iterator[problem.Problem]:
    said = one.settings
    scheduled = bool(said.schedules) and config.schedule_policy != "none"
    if scheduled:
        given = said.parameters or {}
        every = validation.parameter_problems(one.flow.parameters, given, complete=True)
        for fault in every:
            if fault.parameter not in given:  # a wrong one is told where it stands
                yield problem.error("missing-parameter", one.place, fault.message, fault.remedy, address=one.address)
    for tag in said.tags or ():
        if tag.startswith(deployment.TAG):
            yield problem.error(
                "reserved-tag", one.place, f"tag {tag!r} would say whose the deployment is", "Use another prefix",
                address=one.address,
            )  # fmt: skip
    slugs = [scheduled_run.slug for scheduled_run in schedule.with_slugs(said.schedules or ())]
    for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1}, key=str):
        yield problem.error(
            "slug-taken", one.place, f"two schedules have the slug {slug!r}", "Give each its own", address=one.address
        )
    if said.work_pool_name is None:
        yield from _unknown_job_variables(config, one)


def _unknown_job_variables(config: Config, one: DesiredDeployment) -> Iterator[problem.Problem]:
    if "env" in (one.settings.job_variables or {}):
        yield problem.error(
            "env-in-job-variables", one.place, "job_variables has an `env` of its own",
            "Move it to `env`, which is merged key by key", address=one.address,
        )  # fmt: skip
    variables = cast("dict[str, Any]", RUNTIMES[config.runtime].job_template()["variables"])
    known: dict[str, Any] = variables["properties"]
    told_otherwise = job_variables.RESERVED if RUNTIMES[config.runtime].needs_aws else ()
    for name in sorted(set(one.settings.job_variables or {}) - {*known, *told_otherwise}):
        yield problem.error(
            "unknown-job-variable", one.place, f"job variable {name!r} is not in the pool's template",
            suggestion.closest(name, known), address=one.address,
        )  # fmt: skip


def _collisions(desired: Desired) -> list[problem.Problem]:
    by_name = sorted(desired.deployments, key=lambda one: (one.resource_name, one.address))
    found: list[problem.Problem] = []
    for name, same in itertools.groupby(by_name, key=lambda one: one.resource_name):
        first, *others = same
        found.extend(
            problem.error(
                "name-taken", other.place,
                f"Prefect would call it {name!r}, as {first.address} at {first.place}",
                "Give the flow or the deployment another name", address=other.address,
            )
            for other in others
        )  # fmt: skip
    return found
