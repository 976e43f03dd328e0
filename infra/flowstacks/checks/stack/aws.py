"""The stack's settings of AWS itself: region, names, logs, networks, the worker's service. Pure."""

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from flowstacks.checks.check import Finding
from flowstacks.checks.facts import StackFacts
from flowstacks.core import urls
from flowstacks.runtimes import fargate
from flowstacks.stack import server
from flowstacks.stack.config import Config
from flowstacks.stack.settings import DeploymentSettings
from flowstacks.stack.stack_file import Key

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_ENDPOINT, _REGISTRY = "AWS_ENDPOINT_URL", "FLOWSTACKS_REGISTRY"
_REMEDY_MIXED = "Use a new shell for the real AWS, or `. .local/env` again for the embedded default"


class NameRule(NamedTuple):
    """What AWS takes for a name."""

    noun: str
    """What has the name, with its article."""
    template: str
    """The name, with `{name}` for `<prefix>-<environment>`."""
    pattern: re.Pattern[str]
    """Letters that AWS takes."""
    length: int
    """The most characters."""


# botocore 1.43.117: ECR `RepositoryName`, ECS `CreateCluster` (and `RegisterTaskDefinition` for families), IAM
# `roleNameType`. A log group takes all that these take.
NAMES = (
    NameRule("an ECR repository", "{name}", re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"), 256),
    NameRule("an ECS cluster", "{name}", re.compile(r"[A-Za-z0-9_-]+"), 255),
    NameRule("an IAM role", "{name}-execution", re.compile(r"[A-Za-z0-9_+=,.@-]+"), 64),
)


def region_missing(facts: StackFacts) -> Iterator[Finding]:
    """No region is set.

    Remedy: Write `aws:region: …`.
    """
    if facts.config.region is None:
        remedy = "Write it, `aws:region: eu-central-1`: an environment stays where it is"
        yield Finding(facts.locate(["aws:region"]), "aws:region is missing", remedy)


def region_malformed(facts: StackFacts) -> Iterator[Finding]:
    """The region has not the form of one.

    Remedy: Write one such as `eu-central-1`.
    """
    region = facts.config.region
    if region is not None and not _REGION.fullmatch(region):
        message = f"aws:region {region!r} is no region"
        yield Finding(facts.locate(["aws:region"]), message, "It looks like eu-central-1")


def bad_names(facts: StackFacts) -> Iterator[Finding]:
    """AWS does not take the name of the environment: its letters, or its length.

    Remedy: Shorten `flowstacks:aws.prefix`, or rename the stack.
    """
    for noun, template, pattern, length in NAMES:
        name = template.format(name=f"{facts.config.aws.prefix}-{facts.config.environment}")
        if not pattern.fullmatch(name):
            why, remedy = "can't be called", "Give the stack a name of a-z, 0-9 and single -"
        elif len(name) > length:
            why, remedy = f"has {length} characters at most, not {len(name)} as", "Shorten flowstacks:aws.prefix"
        else:
            continue
        yield Finding(facts.locate(["flowstacks:aws", "prefix"]), f"{noun} {why} {name!r}", remedy)


def log_retention(facts: StackFacts) -> Iterator[Finding]:
    """CloudWatch does not keep a log for that many days.

    Remedy: Use one of the numbers that the message names.
    """
    if unfit := fargate.log_days_problem(facts.config.aws.log_retention_days):
        yield Finding(facts.locate(["flowstacks:aws", "log_retention_days"]), *unfit)


def worker_size(facts: StackFacts) -> Iterator[Finding]:
    """Fargate has no task of the size that the worker asks for.

    Remedy: Use a size that the message names.
    """
    worker = facts.config.worker
    if worker and (unfit := fargate.problem(worker.cpu, worker.memory)):
        yield Finding(facts.locate(["flowstacks:worker"]), *unfit)


def worker_network(facts: StackFacts) -> Iterator[Finding]:
    """The worker has no subnets to run in.

    Remedy: Set `flowstacks:defaults.subnets`.
    """
    if facts.config.worker and not facts.config.defaults.subnets:
        message = "a worker is an ECS service, which has no default network"
        yield Finding(facts.locate(["flowstacks:worker"]), message, "Set flowstacks:defaults.subnets")


def network_ids(facts: StackFacts) -> Iterator[Finding]:
    """An ID in the stack file has not the form of a subnet's or a security group's.

    Remedy: Copy the ID from AWS.
    """
    for path, settings in _layers(facts.config):
        for name, index, message in fargate.network_id_problems(settings.subnets, settings.security_groups):
            yield Finding(facts.locate([*path, name, index]), message, fargate.NETWORK_ID_REMEDY)


def _layers(stack: Config) -> Iterator[tuple[list[Key], DeploymentSettings]]:
    yield ["flowstacks:defaults"], stack.defaults
    for pattern, override in stack.overrides.items():
        yield ["flowstacks:overrides", pattern], override


def emulator_and_server(facts: StackFacts) -> Iterator[Finding]:
    """An emulator of AWS on this machine is mixed with a real server, or a registry on this machine with the real AWS.

    Deployments of a real server would name an emulator's task definitions, or those of AWS would name images that only
    this machine has.

    Remedy: Use a new shell for the real AWS, or `. .local/env` for the embedded default.
    """
    url, emulator = server.api_url(facts.config), os.environ.get(_ENDPOINT, "")
    if url and urls.is_loopback(emulator) and not urls.is_loopback(url):
        yield Finding(
            facts.locate(["flowstacks:prefect", "api_url"]),
            f"{_ENDPOINT} is an emulator on this machine, and the Prefect API {urls.without_login(url)!r} is not",
            _REMEDY_MIXED,
        )
    if os.environ.get(_REGISTRY) and not urls.is_loopback(emulator):
        message = f"{_REGISTRY} is a registry on this machine, and AWS is not"
        yield Finding(facts.locate(["flowstacks:runtime"]), message, _REMEDY_MIXED)
