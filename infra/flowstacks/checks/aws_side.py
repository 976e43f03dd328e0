"""What is wrong with what a stack says of AWS itself: region, names, log, network of the worker. Pure."""

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from flowstacks.checks.stack_settings import Locate
from flowstacks.core import problem, urls
from flowstacks.runtimes import fargate
from flowstacks.stack import server
from flowstacks.stack.config import Config

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_ENDPOINT, _REGISTRY = "AWS_ENDPOINT_URL", "FLOWSTACKS_REGISTRY"
_ONE_OR_THE_OTHER = "Use a new shell for the real AWS, or `. .local/env` again for the embedded default"


class NameRule(NamedTuple):
    """What AWS takes for a name. `template` has `{name}` for `<prefix>-<environment>`; `length` in characters."""

    what: str
    template: str
    pattern: re.Pattern[str]
    length: int


# botocore 1.43.117: ECR `RepositoryName`, ECS `CreateCluster` (and `RegisterTaskDefinition` for families), IAM
# `roleNameType`. A log group takes all that these take.
NAMES = (
    NameRule("an ECR repository", "{name}", re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"), 256),
    NameRule("an ECS cluster", "{name}", re.compile(r"[A-Za-z0-9_-]+"), 255),
    NameRule("an IAM role", "{name}-execution", re.compile(r"[A-Za-z0-9_+=,.@-]+"), 64),
)


def check(stack: Config, locate: Locate) -> Iterator[problem.Problem]:
    """All findings; `locate` tells where a config key stands."""
    for one in CHECKS:
        yield from one(stack, locate)


def _region_is_known(stack: Config, locate: Locate) -> Iterator[problem.Problem]:
    if stack.region is None:
        message, remedy = (
            "aws:region is missing",
            "Write it, `aws:region: eu-central-1`: an environment stays where it is",
        )
        yield problem.error("no-region", locate(["aws:region"]), message, remedy)
    elif not _REGION.fullmatch(stack.region):
        message = f"aws:region {stack.region!r} is no region"
        yield problem.error("bad-region", locate(["aws:region"]), message, "It looks like eu-central-1")


def _names_fit(stack: Config, locate: Locate) -> Iterator[problem.Problem]:
    for what, template, pattern, length in NAMES:
        name = template.format(name=f"{stack.aws.prefix}-{stack.environment}")
        if not pattern.fullmatch(name):
            why, remedy = "can't be called", "Give the stack a name of a-z, 0-9 and single -"
        elif len(name) > length:
            why, remedy = f"has {length} characters at most, not {len(name)} as", "Shorten flowstacks:aws.prefix"
        else:
            continue
        yield problem.error("bad-aws-name", locate(["flowstacks:aws", "prefix"]), f"{what} {why} {name!r}", remedy)


def _log_days_are_legal(stack: Config, locate: Locate) -> Iterator[problem.Problem]:
    if unfit := fargate.log_days_problem(stack.aws.log_retention_days):
        yield problem.error("log-retention", locate(["flowstacks:aws", "log_retention_days"]), *unfit)


def _worker_can_be_placed(stack: Config, locate: Locate) -> Iterator[problem.Problem]:
    if stack.worker is None:
        return
    if unfit := fargate.problem(stack.worker.cpu, stack.worker.memory):
        yield problem.error("fargate-size", locate(["flowstacks:worker"]), *unfit)
    if not stack.defaults.subnets:
        yield problem.error(
            "no-subnets",
            locate(["flowstacks:worker"]),
            "a worker is an ECS service, which has no default network",
            "Set flowstacks:defaults.subnets",
        )


def _nothing_is_mixed(stack: Config, locate: Locate) -> Iterator[problem.Problem]:
    """A real server's deployments would name an emulator's task definitions, or AWS's would name images on loopback."""
    url, emulator = server.api_url(stack), os.environ.get(_ENDPOINT, "")
    if url and urls.is_loopback(emulator) and not urls.is_loopback(url):
        yield problem.error(
            "mixed",
            locate(["flowstacks:prefect", "api_url"]),
            f"{_ENDPOINT} is an emulator on this machine, and the Prefect API {urls.without_login(url)!r} is not",
            _ONE_OR_THE_OTHER,
        )
    if os.environ.get(_REGISTRY) and not urls.is_loopback(emulator):
        message = f"{_REGISTRY} is a registry on this machine, and AWS is not"
        yield problem.error("mixed", locate(["flowstacks:runtime"]), message, _ONE_OR_THE_OTHER)


CHECKS = (_region_is_known, _names_fit, _log_days_are_legal, _worker_can_be_placed, _nothing_is_mixed)
