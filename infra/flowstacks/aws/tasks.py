"""Task definitions: one revision is exactly one image digest with one size and one set of secrets."""

import dataclasses
import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from flowstacks.aws import secrets
from flowstacks.aws.scope import Scope
from flowstacks.runtimes import ecs_template
from flowstacks.runtimes.runtime import Task

SCRATCH = "/scratch"
_VOLUME = "scratch"
API_KEY = "PREFECT_API_KEY"


@dataclasses.dataclass(frozen=True, kw_only=True)
class TaskSurroundings:
    """What all task definitions share. `secret_arns` by name; `api_key` refers to one of them."""

    region: str
    log_group: pulumi.Output[str]
    execution_role_arn: pulumi.Output[str]
    task_role_arn: pulumi.Output[str]
    secret_arns: Mapping[str, pulumi.Output[str]]
    api_key: str | None


def container(
    *, image: str, secrets_from: Mapping[str, str], log_group: str, region: str, stream_prefix: str
) -> dict[str, object]:
    """One of `containerDefinitions`. What the worker says at each run (command, environment) is not here.

    `secrets_from`: environment variable to what ECS takes its value from. The scratch volume is a part of the task's
    ephemeral storage.
    """
    options = {"awslogs-group": log_group, "awslogs-region": region, "awslogs-stream-prefix": stream_prefix}
    found: dict[str, object] = {
        "name": ecs_template.CONTAINER,
        "image": image,
        "essential": True,
        "logConfiguration": {"logDriver": "awslogs", "options": options},
        "mountPoints": [{"sourceVolume": _VOLUME, "containerPath": SCRATCH, "readOnly": False}],
    }
    if secrets_from:
        found["secrets"] = [{"name": name, "valueFrom": source} for name, source in sorted(secrets_from.items())]
    return found


def secrets_from(task: Task, api_key: str | None, arns: Mapping[str, str]) -> dict[str, str]:
    """The flow's own secrets, and where the stack has it in a secret, the API key."""
    references = {**({API_KEY: api_key} if api_key else {}), **task.secrets}
    return {name: secrets.value_from(reference, arns) for name, reference in references.items()}


def task_definition(
    scope: Scope, task: Task, image: pulumi.Input[str], around: TaskSurroundings
) -> aws.ecs.TaskDefinition:
    """One family; each change of it is a new revision, and the one before is deregistered."""
    family = scope.family(task.key)
    # Its own secrets only: one that is still to be made leaves the others' revisions as they are in a preview.
    references = [*task.secrets.values(), *([around.api_key] if around.api_key else [])]
    arns = secrets.referred(references, around.secret_arns)
    containers = pulumi.Output.all(image=image, log_group=around.log_group, arns=arns).apply(
        lambda known: json.dumps(
            [
                container(
                    image=known["image"],
                    secrets_from=secrets_from(task, around.api_key, known["arns"]),
                    log_group=known["log_group"],
                    region=around.region,
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
        execution_role_arn=around.execution_role_arn,
        task_role_arn=around.task_role_arn,
        volumes=[{"name": _VOLUME}],
        tags=scope.tags,
        opts=scope.opts,
    )
