"""A real ECS worker of Prefect takes a run: what it asks of AWS, read from the emulator's journal."""

import base64
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from flowstacks.aws import service
from flowstacks.local import variables
from flowstacks.local.servers import health, port, process
from flowstacks.local.servers.process import Launch
from tests.support import flows
from tests.support.ecs_workspace import KEYS, REGION, EcsWorkspace

DIGEST = "sha256:" + "a" * 64
API_KEY = "pnu_of_the_worker"
_RUN_S = 120
_QUERY_S = "2"

Call = tuple[str, dict[str, Any]]


@pytest.fixture
def worker(ecs: EcsWorkspace, tmp_path: Path) -> Iterator[str]:
    """The service's own command and environment in a process here; yields the URL of its health."""
    number = port.free()
    container = service.container(
        image="", pool=f"ecs-{ecs.stack}", api_url=ecs.api, api_key_from=None, log_group="", region=REGION
    )
    said: Any = container["environment"]
    environment = {
        **variables.without_inherited(os.environ),
        **variables.prefect(tmp_path / "worker home", os.environ),
        **KEYS,
        **{one["name"]: one["value"] for one in said},
        "AWS_ENDPOINT_URL": ecs.aws_url,
        "PREFECT_API_KEY": API_KEY,
        "PREFECT_WORKER_QUERY_SECONDS": _QUERY_S,
        "PREFECT_WORKER_WEBSERVER_PORT": str(number),
    }
    command = [sys.executable, "-P", "-m", *service.command(f"ecs-{ecs.stack}")]
    plan = Launch(
        name="ecs-worker", command=command, environment=environment, folder=tmp_path / "worker",
        log=tmp_path / "worker.log", port=number,
    )  # fmt: skip
    started = process.start(plan)
    yield f"http://{port.HOST}:{number}/health"
    process.stop(started, plan.folder)


def _provisioned(ecs: EcsWorkspace, **config: Any) -> None:
    load = flows.declared("load", {"name": "nightly", "cpu": 256, "memory": 512, "env": {"LEVEL": "DEBUG"}})
    commit = ecs.commit(**{"flows/etl/load.py": load})
    ecs.configure({"release": {"commit": commit, "images": {"etl": DIGEST}}, **config})
    ecs.up()


def _calls(ecs: EcsWorkspace, before: int) -> list[Call]:
    """Operation and arguments of each request in the journal's lines from there on; EC2's arguments are left out."""
    found: list[Call] = []
    for line in ecs.aws_changes()[before:]:
        entry = json.loads(line)
        body = base64.b64decode(entry["body"])
        target = entry["environ"].get("HTTP_X_AMZ_TARGET", "")
        found.append((target.rpartition(".")[2], json.loads(body)) if target else (_action(body), {}))
    return found


def _action(body: bytes) -> str:
    return dict(part.partition("=")[::2] for part in body.decode().split("&"))["Action"]


def _asked_for(ecs: EcsWorkspace) -> list[Call]:
    """Everything that the worker asked of AWS for one run of the deployment, up to the task that it started."""
    before = len(ecs.aws_changes())
    deployment = ecs.deployment("load", f"nightly--{ecs.stack}")
    run = ecs.ask("POST", f"/deployments/{deployment['id']}/create_flow_run", {})
    deadline = time.monotonic() + _RUN_S
    while not (pid := ecs.ask("GET", f"/flow_runs/{run['id']}")["infrastructure_pid"]) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert pid, _calls(ecs, before)
    # The identity of what runs is the cluster and the task.
    cluster, _, task = pid.partition("::")
    (described,) = ecs.client("ecs").describe_tasks(cluster=cluster, tasks=[task])["tasks"]
    assert described["taskDefinitionArn"] == deployment["job_variables"]["task_definition_arn"]
    return _calls(ecs, before)


def test_a_run_is_the_exact_revision_in_the_environments_network(ecs: EcsWorkspace, worker: str) -> None:
    subnets = sorted(one["SubnetId"] for one in ecs.client("ec2").describe_subnets()["Subnets"])[:2]
    _provisioned(
        ecs,
        prefect={"api_key_secret": "prefect:key"},
        worker={"image": "prefect-aws:0", "count": 2},
        defaults={"subnets": subnets, "security_groups": [], "assign_public_ip": False},
    )
    calls = _asked_for(ecs)
    # No task definition of its own, no question about networks: one request is all.
    ((operation, request),) = calls
    assert operation == "RunTask"
    definition = ecs.task_definition("etl/load/nightly")
    assert request["taskDefinition"] == definition["taskDefinitionArn"]
    assert request["cluster"].endswith(f":cluster/{ecs.name}")
    assert request["launchType"] == "FARGATE"
    assert request["networkConfiguration"] == {
        "awsvpcConfiguration": {"subnets": subnets, "securityGroups": [], "assignPublicIp": "DISABLED"}
    }
    overrides = request["overrides"]
    assert overrides["executionRoleArn"] == definition["executionRoleArn"]
    assert overrides["taskRoleArn"] == definition["taskRoleArn"]
    ((name, environment),) = ((one["name"], one["environment"]) for one in overrides["containerOverrides"])
    assert name == definition["containerDefinitions"][0]["name"] == "prefect"
    env = {one["name"]: one["value"] for one in environment}
    assert env["DEPLOYMENT_NAME"] == f"nightly--{ecs.stack}"
    assert (env["DEPLOYMENT_ENVIRONMENT"], env["LEVEL"]) == (ecs.stack, "DEBUG")
    assert env["IMAGE"] == definition["containerDefinitions"][0]["image"]
    assert env["PREFECT_API_URL"] == ecs.api
    # The task definition brings the key; ECS refuses a name that is in both.
    assert [one["name"] for one in definition["containerDefinitions"][0]["secrets"]] == ["PREFECT_API_KEY"]
    assert API_KEY not in json.dumps(request)
    assert health.body(worker)
    _assert_service(ecs, subnets)


def _assert_service(ecs: EcsWorkspace, subnets: list[str]) -> None:
    """The environment has that very worker as a service: same command, same pool, the key from its secret."""
    (found,) = ecs.client("ecs").describe_services(cluster=ecs.name, services=[f"{ecs.name}-worker"])["services"]
    assert (found["status"], found["desiredCount"], found["launchType"]) == ("ACTIVE", 2, "FARGATE")
    assert sorted(found["networkConfiguration"]["awsvpcConfiguration"]["subnets"]) == subnets
    task = ecs.client("ecs").describe_task_definition(taskDefinition=found["taskDefinition"])["taskDefinition"]
    (container,) = task["containerDefinitions"]
    assert container["command"] == service.command(f"ecs-{ecs.stack}")
    assert [one["name"] for one in container["secrets"]] == ["PREFECT_API_KEY"]
    assert task["taskRoleArn"].endswith(f":role/{ecs.name}-worker")
    assert ecs.preview("--refresh").operations == {}


def test_without_a_network_the_worker_takes_the_default_one(ecs: EcsWorkspace, worker: str) -> None:
    _provisioned(ecs)
    calls = _asked_for(ecs)
    assert [operation for operation, _ in calls] == ["DescribeVpcs", "DescribeSubnets", "RunTask"]
    network = calls[-1][1]["networkConfiguration"]["awsvpcConfiguration"]
    assert set(network["subnets"]) == {one["SubnetId"] for one in ecs.client("ec2").describe_subnets()["Subnets"]}
    assert health.body(worker)


def test_a_deployment_made_by_hand_without_a_task_definition_can_not_be_run(ecs: EcsWorkspace) -> None:
    _provisioned(ecs)
    flow = ecs.deployment("load", f"nightly--{ecs.stack}")["flow_id"]
    by_hand = {"name": "by hand", "flow_id": flow, "work_pool_name": f"ecs-{ecs.stack}", "entrypoint": "x.py:x"}
    made = ecs.ask("POST", "/deployments/", by_hand)
    answer = httpx.post(f"{ecs.api}/deployments/{made['id']}/create_flow_run", json={}, timeout=60)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "'task_definition_arn' is a required property" in answer.text
