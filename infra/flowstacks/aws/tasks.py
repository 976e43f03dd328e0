"""Task definitions: one revision is exactly one image digest with one size and one set of secrets."""

import dataclasses
import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from flowstacks.aws import ecs_template, secrets
from flowstacks.aws.scope import Scope
from flowstacks.desired.recipe import Task

SCRATCH = "/scratch"
_VOLUME = "scratch"
API_KEY = "PREFECT_API_KEY"


@dataclasses.dataclass(frozen=True, kw_only=True)
class TaskSurroundings:
    """What all task definitions of an environment share."""

    region: str
    """The environment's AWS region."""
    log_group: pulumi.Output[str]
    """Name of the log group."""
    execution_role_arn: pulumi.Output[str]
    """The role that ECS starts tasks with."""
    task_role_arn: pulumi.Output[str]
    """The role that flows have."""
    secret_arns: Mapping[str, pulumi.Output[str]]
    """By name."""
    api_key: str | None
    """Prefect's API key: reference of one of the secrets, `name` or `name:json-key`."""


def container(
    *, image: str, secrets_from: Mapping[str, str], log_group: str, region: str, stream_prefix: str
) -> dict[str, object]:
    """An item of `containerDefinitions`, without what the worker adds for a run (command, environment).

    `secrets_from`: environment variable to ECS's `valueFrom`. The scratch volume is a part of the task's
    ephemeral storage.
    """
    options = {"awslogs-group": log_group, "awslogs-region": region, "awslogs-stream-prefix": stream_prefix}
    definition: dict[str, object] = {
        "name": ecs_template.CONTAINER,
        "image": image,
        "essential": True,
        "logConfiguration": {"logDriver": "awslogs", "options": options},
        "mountPoints": [{"sourceVolume": _VOLUME, "containerPath": SCRATCH, "readOnly": False}],
    }
    if secrets_from:
        definition["secrets"] = [{"name": name, "valueFrom": source} for name, source in sorted(secrets_from.items())]
    return definition


def secrets_from(task: Task, api_key: str | None, arns: Mapping[str, str]) -> dict[str, str]:
    """The flow's own secrets, and the API key where it is in a secret."""
    references = {**({API_KEY: api_key} if api_key else {}), **task.secrets}
    return {name: secrets.value_from(reference, arns) for name, reference in references.items()}


def declare_task_definition(
    scope: Scope, task: Task, image: pulumi.Input[str], surroundings: TaskSurroundings
) -> aws.ecs.TaskDefinition:
    """One family; each change of it is a new revision, and the one before is deregistered."""
    family = scope.family(task.key)
    # The task's own secrets only: one that does not exist yet leaves the others' revisions as they are in a preview.
    references = [*task.secrets.values(), *([surroundings.api_key] if surroundings.api_key else [])]
    arns = secrets.referred(references, surroundings.secret_arns)
    containers = pulumi.Output.all(image=image, log_group=surroundings.log_group, arns=arns).apply(
        lambda values: json.dumps(
            [
                container(
                    image=values["image"],
                    secrets_from=secrets_from(task, surroundings.api_key, values["arns"]),
                    log_group=values["log_group"],
                    region=surroundings.region,
                    stream_prefix=family,
                )
            ]
        )
    )
    return aws.ecs.TaskDefinition(
        task.key,
        family=family,
        container_definitions=containers,
        cpu=str(task.cpu),
        memory=str(task.memory_mib),
        ephemeral_storage={"size_in_gib": task.storage_gib} if task.storage_gib else None,
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        runtime_platform={"cpu_architecture": "X86_64", "operating_system_family": "LINUX"},
        execution_role_arn=surroundings.execution_role_arn,
        task_role_arn=surroundings.task_role_arn,
        volumes=[{"name": _VOLUME}],
        tags=scope.tags,
        opts=scope.opts,
    )
