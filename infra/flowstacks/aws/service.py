"""The environment's Prefect worker as an ECS service: it starts a task for each flow run, and runs no flow itself."""

import dataclasses
import json
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from flowstacks.aws import roles, secrets, tasks
from flowstacks.aws.scope import Scope
from flowstacks.aws.tasks import TaskSurroundings
from flowstacks.stack.aws_config import Worker

_KEY = "prefect/worker"
"""Resource name of its task definition. A project has no `/` and an address two, so it is neither's."""

_HEALTH = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health', timeout=5)"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Network:
    """Where the worker runs: IDs. A service has no default network."""

    subnets: Sequence[str]
    security_groups: Sequence[str]
    assign_public_ip: bool


def family(scope: Scope) -> str:
    """The worker's family. It may run families of the form `<environment>-…`, and this is none of them."""
    return f"{scope.name}_worker"


def command(pool: str) -> list[str]:
    """The program makes the pool, and the image holds all packages.

    `--with-healthcheck`: `/health` on port 8080 shows whether the worker has polled for runs lately (prefect 3.9.1).
    """
    start = ["prefect", "worker", "start", "--pool", pool, "--type", "ecs", "--with-healthcheck"]
    return [*start, "--no-create-pool-if-not-found", "--install-policy", "never"]


def container(
    *, image: str, pool: str, api_url: str, api_key_from: str | None, log_group: str, region: str
) -> dict[str, object]:
    """The worker's only container. `api_key_from`: ECS's `valueFrom` of the API key."""
    environment = {
        "PREFECT_API_URL": api_url,
        "AWS_DEFAULT_REGION": region,
        "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1",
        # The observer reads events of tasks from an SQS queue, which does not exist (prefect-aws 0.7.12,
        # `observers/ecs.py`).
        "PREFECT_INTEGRATIONS_AWS_ECS_OBSERVER_ENABLED": "false",
    }
    options = {"awslogs-group": log_group, "awslogs-region": region, "awslogs-stream-prefix": "worker"}
    definition: dict[str, object] = {
        "name": "worker",
        "image": image,
        "essential": True,
        "command": command(pool),
        "environment": [{"name": name, "value": value} for name, value in sorted(environment.items())],
        "healthCheck": {
            "command": ["CMD", "python", "-c", _HEALTH], "interval": 30, "timeout": 10, "retries": 3, "startPeriod": 60,
        },
        "logConfiguration": {"logDriver": "awslogs", "options": options},
    }  # fmt: skip
    if api_key_from:
        definition["secrets"] = [{"name": tasks.API_KEY, "valueFrom": api_key_from}]
    return definition


def policy(*, cluster_arn: str, families: str, passed_role_arns: Sequence[str]) -> str:
    """What the worker may do: run, tag, see and stop tasks in its cluster; `families` is a pattern, `<environment>-*`.

    Another environment whose name begins alike (`staging`, `staging-2`) has families that match too; its roles can't be
    passed, so its task definitions can't be run. Registering a task definition is not among the actions.
    (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html)
    """
    home, _, cluster = cluster_arn.partition(":cluster/")
    worker_tasks = f"{home}:task/{cluster}/*"
    statements: list[dict[str, object]] = [
        {
            "Effect": "Allow", "Action": ["ecs:RunTask"], "Resource": [f"{home}:task-definition/{families}:*"],
            "Condition": {"ArnEquals": {"ecs:cluster": cluster_arn}},
        },
        {"Effect": "Allow", "Action": ["ecs:DescribeTasks", "ecs:StopTask"], "Resource": [worker_tasks]},
        # Prefect's labels become tags of the task, given with RunTask.
        {
            "Effect": "Allow", "Action": ["ecs:TagResource"], "Resource": [worker_tasks],
            "Condition": {"StringEquals": {"ecs:CreateAction": "RunTask"}},
        },
        # The action has no resource types.
        {"Effect": "Allow", "Action": ["ecs:DescribeTaskDefinition"], "Resource": ["*"]},
        {
            "Effect": "Allow", "Action": ["iam:PassRole"], "Resource": list(passed_role_arns),
            "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        },
    ]  # fmt: skip
    return json.dumps({"Version": roles.POLICY_VERSION, "Statement": statements})


def declare_service(
    scope: Scope,
    worker: Worker,
    surroundings: TaskSurroundings,
    *,
    cluster_arn: pulumi.Output[str],
    network: Network,
    pool: pulumi.Input[str],
    api_url: str,
    opts: pulumi.ResourceOptions | None = None,
) -> aws.ecs.Service:
    """Role, policy, task definition and service; `opts` are the service's, on top of the scope's.

    It starts with the same execution role as flows do, so its image is one that this role can pull.
    """
    role = roles.declare_role(scope, "worker", cluster_arn)
    passed = [surroundings.execution_role_arn, surroundings.task_role_arn]
    allowed = pulumi.Output.all(cluster_arn, pulumi.Output.all(*passed)).apply(
        lambda arns: policy(cluster_arn=arns[0], families=f"{scope.name}-*", passed_role_arns=arns[1])
    )
    granted = roles.grant(scope, "worker", role, allowed)
    after = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(depends_on=[granted]), opts)
    return aws.ecs.Service(
        "worker",
        name=f"{scope.name}-worker",
        cluster=cluster_arn,
        task_definition=_task_definition(scope, worker, surroundings, role=role, pool=pool, api_url=api_url).arn,
        desired_count=worker.count,
        launch_type="FARGATE",
        network_configuration={
            "subnets": list(network.subnets),
            "security_groups": list(network.security_groups),
            "assign_public_ip": network.assign_public_ip,
        },
        # A worker that does not become healthy leaves the one before in its place.
        deployment_circuit_breaker={"enable": True, "rollback": True},
        propagate_tags="SERVICE",
        tags=scope.tags,
        opts=pulumi.ResourceOptions.merge(scope.opts, after),
    )


def _task_definition(
    scope: Scope,
    worker: Worker,
    surroundings: TaskSurroundings,
    *,
    role: aws.iam.Role,
    pool: pulumi.Input[str],
    api_url: str,
) -> aws.ecs.TaskDefinition:
    return aws.ecs.TaskDefinition(
        _KEY,
        family=family(scope),
        container_definitions=_containers(worker, surroundings, pool, api_url),
        cpu=str(worker.cpu),
        memory=str(worker.memory),
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        runtime_platform={"cpu_architecture": "X86_64", "operating_system_family": "LINUX"},
        execution_role_arn=surroundings.execution_role_arn,
        task_role_arn=role.arn,
        tags=scope.tags,
        opts=scope.opts,
    )


def _containers(
    worker: Worker, surroundings: TaskSurroundings, pool: pulumi.Input[str], api_url: str
) -> pulumi.Output[str]:
    key = surroundings.api_key
    return pulumi.Output.all(pool=pool, log_group=surroundings.log_group, arns=dict(surroundings.secret_arns)).apply(
        lambda values: json.dumps(
            [
                container(
                    image=worker.image,
                    pool=values["pool"],
                    api_url=api_url,
                    api_key_from=secrets.value_from(key, values["arns"]) if key else None,
                    log_group=values["log_group"],
                    region=surroundings.region,
                )
            ]
        )
    )
