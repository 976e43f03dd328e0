import fnmatch
import json
from typing import Any

import pulumi
import pytest

from flowstacks.aws import service
from flowstacks.aws.scope import Scope

CLUSTER = "arn:aws:ecs:eu-central-1:123456789012:cluster/flowstacks-staging"
ROLES = [f"arn:aws:iam::123456789012:role/flowstacks-staging-{name}" for name in ("execution", "task")]
SCOPE = Scope(prefix="flowstacks", environment="staging", owner="o", opts=pulumi.ResourceOptions())


def _statements() -> dict[str, dict[str, Any]]:
    said = json.loads(
        service.policy(cluster_arn=CLUSTER, families=f"{SCOPE.name}-*", passed_role_arns=ROLES)
    )["Statement"]  # fmt: skip
    return {action: one for one in said for action in one["Action"]}


def test_the_worker_runs_the_environments_tasks_in_its_cluster_and_passes_two_roles() -> None:
    allowed = _statements()
    tasks = ["arn:aws:ecs:eu-central-1:123456789012:task/flowstacks-staging/*"]
    assert {action: one["Resource"] for action, one in allowed.items()} == {
        "ecs:RunTask": ["arn:aws:ecs:eu-central-1:123456789012:task-definition/flowstacks-staging-*:*"],
        "ecs:DescribeTasks": tasks,
        "ecs:StopTask": tasks,
        "ecs:TagResource": tasks,
        "ecs:DescribeTaskDefinition": ["*"],
        "iam:PassRole": ROLES,
    }
    assert allowed["ecs:RunTask"]["Condition"] == {"ArnEquals": {"ecs:cluster": CLUSTER}}
    assert allowed["ecs:TagResource"]["Condition"] == {"StringEquals": {"ecs:CreateAction": "RunTask"}}
    passed = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    assert allowed["iam:PassRole"]["Condition"] == passed


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        (SCOPE.family("etl"), True),
        (SCOPE.family("etl/load/daily"), True),
        (SCOPE.family("worker"), True),  # a project of that name
        (service.family(SCOPE), False),
        ("flowstacks-main-etl", False),
    ],
)
def test_what_the_worker_may_run(family: str, *, expected: bool) -> None:
    (pattern,) = _statements()["ecs:RunTask"]["Resource"]
    assert fnmatch.fnmatchcase(f"{CLUSTER.partition(':cluster/')[0]}:task-definition/{family}:3", pattern) is expected


def _container(api_key_from: str | None = None) -> dict[str, Any]:
    return service.container(
        image="worker@sha256:0", pool="ecs-staging", api_url="https://prefect.test/api", api_key_from=api_key_from,
        log_group="/ecs/flowstacks-staging", region="eu-central-1",
    )  # fmt: skip


def test_the_container_starts_a_worker_of_the_pool() -> None:
    found = _container()
    assert found["command"][found["command"].index("--pool") + 1] == "ecs-staging"
    assert {one["name"]: one["value"] for one in found["environment"]}["PREFECT_API_URL"] == "https://prefect.test/api"
    assert "secrets" not in found


def test_the_api_key_is_taken_from_its_secret() -> None:
    found = _container("arn:secret:key::")
    assert found["secrets"] == [{"name": "PREFECT_API_KEY", "valueFrom": "arn:secret:key::"}]
    assert "PREFECT_API_KEY" not in json.dumps(found["environment"])
