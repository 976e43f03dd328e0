"""Every check, one line each, by the stage that it belongs to.

What a stage looks at is a class of `flowstacks.checks.facts`. Problems that are no check's are in `codes`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flowstacks.checks.check import Check
from flowstacks.checks.deployments import images, job_variables, overrides, prefect_version, stack_values, tasks
from flowstacks.checks.deployments import secrets as used_secrets
from flowstacks.checks.facts import (
    AwsFacts,
    DeploymentFacts,
    InputFacts,
    PlacementFacts,
    PrefectFacts,
    RemovalFacts,
    StackFacts,
)
from flowstacks.checks.inputs import merged, names, properties
from flowstacks.checks.servers import aws_objects, aws_placement, prefect_objects, removals
from flowstacks.checks.stack import aws, secrets, settings

_NETWORK = ("subnets", "security_groups")

STACK: tuple[Check[StackFacts], ...] = (
    Check(id="no-prefect-api", find=settings.api_missing, needs=("prefect",)),
    Check(id="bad-prefect-api", find=settings.api_is_no_url, needs=("prefect",)),
    Check(id="unknown-runtime", find=settings.runtime_unknown, needs=("runtime",)),
    Check(id="moving-pin", find=settings.moving_pins, needs=("prefect", "runtime")),
    Check(id="pin-from-environment", find=settings.pin_from_environment, needs=("prefect",)),
    Check(id="no-repository", find=settings.repository_missing, needs=("prefect", "repository")),
    Check(id="plain-secret", find=settings.repository_password),
    Check(id="bad-repository-url", find=settings.repository_scheme),
    Check(id="no-branch", find=settings.branch_missing, needs=("naming", "repository")),
    Check(id="plain-secret", find=secrets.encrypted_in_the_open),
    Check(id="plain-secret", find=secrets.plain_logins),
    Check(id="no-region", on_aws=True, find=aws.region_missing, needs=("region",)),
    Check(id="bad-region", on_aws=True, find=aws.region_malformed),
    Check(id="bad-aws-name", on_aws=True, find=aws.bad_names, needs=("aws",)),
    Check(id="log-retention", on_aws=True, find=aws.log_retention),
    Check(id="fargate-size", on_aws=True, find=aws.worker_size, needs=("worker",)),
    Check(id="no-subnets", on_aws=True, find=aws.worker_network, needs=("subnets",)),
    Check(id="network-id", on_aws=True, find=aws.network_ids),
    Check(id="mixed", on_aws=True, find=aws.emulator_and_server, needs=("prefect",)),
    Check(id="plain-secret", on_aws=True, find=secrets.plain_text),
)
DEPLOYMENTS: tuple[Check[DeploymentFacts], ...] = (
    Check(id="unknown-address", find=overrides.unmatched, needs=("release", "commit")),
    Check(id="invalid-cron", find=stack_values.crons),
    Check(id="unknown-timezone", find=stack_values.timezones),
    Check(id="invalid-parameter", find=stack_values.parameters, needs=("commit",)),
    Check(id="fargate-size", on_aws=True, find=tasks.size, needs=("cpu", "memory")),
    Check(id="fargate-storage", on_aws=True, find=tasks.storage),
    Check(id="variable-taken", on_aws=True, find=tasks.variables),
    Check(id="no-subnets", on_aws=True, find=tasks.network, needs=("work_pool_name", *_NETWORK)),
    Check(id="network-id", on_aws=True, find=tasks.network_ids),
    Check(id="reserved-job-variable", on_aws=True, find=job_variables.reserved),
    Check(id="bad-aws-name", on_aws=True, find=tasks.family, needs=("aws",)),
    Check(id="unknown-image", on_aws=True, find=images.unknown_images, needs=("commit", "docker_env")),
    Check(id="unknown-image", on_aws=True, find=images.unknown_keys, needs=("release",)),
    Check(id="shared-image", on_aws=True, find=images.shared_images, needs=("commit", "image", "docker_env")),
    Check(
        id="secret-without-value", severity="warning", on_aws=True, find=used_secrets.without_value, needs=("secrets",)
    ),
    Check(
        id="unused-secret",
        severity="warning",
        on_aws=True,
        find=used_secrets.unused,
        needs=("secrets", "prefect", "release", "commit", "deployed"),
    ),
    Check(id="newer-prefect", severity="warning", find=prefect_version.newer_prefect),
)
INPUTS: tuple[Check[InputFacts], ...] = (
    Check(id="missing-parameter", find=merged.missing_parameters, needs=("parameters", "schedule_policy", "schedules")),
    Check(id="reserved-tag", find=merged.reserved_tags),
    Check(id="slug-taken", find=merged.slugs, needs=("schedules",)),
    Check(id="env-in-job-variables", find=merged.env_in_job_variables, needs=("work_pool_name",)),
    Check(id="unknown-job-variable", find=merged.unknown_job_variables, needs=("runtime", "work_pool_name")),
    Check(id="name-taken", find=names.shared_in_prefect, needs=("naming", "repository")),
    Check(id="name-taken", on_aws=True, find=names.shared_in_aws, needs=("aws",)),
    Check(id="refused-input", find=properties.refused, needs=("naming", "repository")),
)
REMOVALS: tuple[Check[RemovalFacts], ...] = (
    Check(id="emptied-project", find=removals.emptied_projects),
    Check(id="emptied-environment", find=removals.emptied_environment),
)
PREFECT: tuple[Check[PrefectFacts], ...] = (
    Check(id="taken", find=prefect_objects.taken),
    Check(id="no-work-pool", find=prefect_objects.missing_pools),
    Check(id="no-work-queue", find=prefect_objects.missing_queues),
)
PLACEMENT: tuple[Check[PlacementFacts], ...] = (Check(id="moved", on_aws=True, find=aws_placement.moved),)
AWS: tuple[Check[AwsFacts], ...] = (
    Check(id="taken", on_aws=True, find=aws_objects.taken),
    Check(id="secret-waits", on_aws=True, find=aws_objects.waiting_secrets),
)


def stages() -> Mapping[str, Sequence[Check[Any]]]:
    """All checks, by what they look at, in the order in which they are made."""
    return {
        "The stack's config": STACK,
        "Deployments, layer by layer": DEPLOYMENTS,
        "Inputs of the resources": INPUTS,
        "The Prefect server": PREFECT,
        "Deployments that would be deleted": REMOVALS,
        "Where the environment is in AWS": PLACEMENT,
        "AWS": AWS,
    }
