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
"""Name of its task definition in the stack: no project's, which has no `/`, and no address's, which has two."""

_HEALTH = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health', timeout=5)"
_VERSION = "2012-10-17"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Network:
    """Where the worker runs: IDs. A service has no default network."""

    subnets: Sequence[str]
    security_groups: Sequence[str]
    assign_public_ip: bool


def family(scope: Scope) -> str:
    """Not one of those that the worker may run, which are `<environment>-…`."""
    return f"{scope.name}_worker"


def command(pool: str) -> list[str]:
    """The pool is the program's to make, packages are the image's to have.

    `--with-healthcheck`: `/health` on port 8080 says whether the worker has asked for runs lately (prefect 3.9.1).
    """
    start = ["prefect", "worker", "start", "--pool", pool, "--type", "ecs", "--with-healthcheck"]
    return [*start, "--no-create-pool-if-not-found", "--install-policy", "never"]


def container(
    *, image: str, pool: str, api_url: str, api_key_from: str | None, log_group: str, region: str
) -> dict[str, object]:
    """Its only container. `api_key_from`: what ECS takes the API key from."""
    environment = {
        "PREFECT_API_URL": api_url,
        "AWS_DEFAULT_REGION": region,
        "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1",
        # It would read what becomes of tasks from an SQS queue: there is none (prefect-aws 0.7.12, `observers/ecs.py`).
        "PREFECT_INTEGRATIONS_AWS_ECS_OBSERVER_ENABLED": "false",
    }
    options = {"awslogs-group": log_group, "awslogs-region": region, "awslogs-stream-prefix": "worker"}
    found: dict[str, object] = {
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
        found["secrets"] = [{"name": tasks.API_KEY, "valueFrom": api_key_from}]
    return found


def policy(*, cluster_arn: str, families: str, passed_role_arns: Sequence[str]) -> str:
    """What the worker may do: run, tag, see and stop tasks in its cluster; `families` is a pattern, `<environment>-*`.

    Another environment whose name begins alike (`staging`, `staging-2`) has families that match too; its roles can't be
    passed, so its task definitions can't be run. Registering a task definition is not among the actions.
    (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html)
    """
    home, _, cluster = cluster_arn.partition(":cluster/")
    its_tasks = f"{home}:task/{cluster}/*"
    statements: list[dict[str, object]] = [
        {
            "Effect": "Allow", "Action": ["ecs:RunTask"], "Resource": [f"{home}:task-definition/{families}:*"],
            "Condition": {"ArnEquals": {"ecs:cluster": cluster_arn}},
        },
        {"Effect": "Allow", "Action": ["ecs:DescribeTasks", "ecs:StopTask"], "Resource": [its_tasks]},
        # Prefect's labels become tags of the task, given with RunTask.
        {
            "Effect": "Allow", "Action": ["ecs:TagResource"], "Resource": [its_tasks],
            "Condition": {"StringEquals": {"ecs:CreateAction": "RunTask"}},
        },
        # The action has no resource types.
        {"Effect": "Allow", "Action": ["ecs:DescribeTaskDefinition"], "Resource": ["*"]},
        {
            "Effect": "Allow", "Action": ["iam:PassRole"], "Resource": list(passed_role_arns),
            "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        },
    ]  # fmt: skip
    return json.dumps({"Version": _VERSION, "Statement": statements})


def declare(
    scope: Scope,
    said: Worker,
    around: TaskSurroundings,
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
    role = roles.role(scope, "worker", cluster_arn)
    passed = [around.execution_role_arn, around.task_role_arn]
    allowed = pulumi.Output.all(cluster_arn, pulumi.Output.all(*passed)).apply(
        lambda known: policy(cluster_arn=known[0], families=f"{scope.name}-*", passed_role_arns=known[1])
    )
    granted = roles.grant(scope, "worker", role, allowed)
    after = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(depends_on=[granted]), opts)
    return aws.ecs.Service(
        "worker",
        name=f"{scope.name}-worker",
        cluster=cluster_arn,
        task_definition=_task_definition(scope, said, around, role=role, pool=pool, api_url=api_url).arn,
        desired_count=said.count,
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
    scope: Scope, said: Worker, around: TaskSurroundings, *, role: aws.iam.Role, pool: pulumi.Input[str], api_url: str
) -> aws.ecs.TaskDefinition:
    containers = pulumi.Output.all(pool=pool, log_group=around.log_group, arns=dict(around.secret_arns)).apply(
        lambda known: json.dumps(
            [
                container(
                    image=said.image,
                    pool=known["pool"],
                    api_url=api_url,
                    api_key_from=secrets.value_from(around.api_key, known["arns"]) if around.api_key else None,
                    log_group=known["log_group"],
                    region=around.region,
                )
            ]
        )
    )
    return aws.ecs.TaskDefinition(
        _KEY,
        family=family(scope),
        container_definitions=containers,
        cpu=str(said.cpu),
        memory=str(said.memory),
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        runtime_platform={"cpu_architecture": "X86_64", "operating_system_family": "LINUX"},
        execution_role_arn=around.execution_role_arn,
        task_role_arn=role.arn,
        tags=scope.tags,
        opts=scope.opts,
    )
