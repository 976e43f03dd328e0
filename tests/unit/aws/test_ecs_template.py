"""The template against prefect-aws's own: with another release of it, what changed there shows here."""

import asyncio
import copy
import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pydantic
import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_KEY, temporary_settings
from prefect_aws.workers.ecs_worker import ECSJobConfiguration, ECSWorker

from flowstacks.aws import ecs_template

ARN = "arn:aws:ecs:eu-central-1:123456789012:task-definition/flowstacks-staging-etl:7"
SECRET_ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:flowstacks/staging/prefect-AbCdEf"

_NOTHING_REGISTERED = "no task definition is ever registered by the worker, so there is nothing to say about one"
_LOGS = "the task definition says where logs go"
_OWN_SECRET = "Prefect's way to keep its key out of a run fails where the worker has none; see `job_template`"
_NETWORK = "a deployment's network, without any question to EC2"
_OWN_NETWORK = "Prefect's way asks EC2 about the VPC on every run"
_CREDENTIALS = "the worker has a role or the SDK's variables; keys don't belong into a pool"
_NAMED = "our task definitions name the container so"
_ROLE = "else the variable would do nothing beside a task definition"

GONE = {
    "job_configuration.auto_deregister_task_definition": _NOTHING_REGISTERED,
    "job_configuration.aws_credentials": _CREDENTIALS,
    "job_configuration.cloudwatch_logs_options": _LOGS,
    "job_configuration.cloudwatch_logs_prefix": _LOGS,
    "job_configuration.configure_cloudwatch_logs": _LOGS,
    "job_configuration.execution_role_arn": _NOTHING_REGISTERED,
    "job_configuration.match_latest_revision_in_family": _NOTHING_REGISTERED,
    "job_configuration.network_configuration": _OWN_NETWORK,
    "job_configuration.prefect_api_auth_string_secret_arn": _OWN_SECRET,
    "job_configuration.prefect_api_key_secret_arn": _OWN_SECRET,
    "job_configuration.vpc_id": _OWN_NETWORK,
    "job_configuration.task_definition.containerDefinitions": _NOTHING_REGISTERED,
    "job_configuration.task_definition.cpu": _NOTHING_REGISTERED,
    "job_configuration.task_definition.executionRoleArn": _NOTHING_REGISTERED,
    "job_configuration.task_definition.family": _NOTHING_REGISTERED,
    "job_configuration.task_definition.memory": _NOTHING_REGISTERED,
    "variables.definitions.AssumeRoleParameters": _CREDENTIALS,
    "variables.definitions.AwsClientParameters": _CREDENTIALS,
    "variables.definitions.AwsCredentials": _CREDENTIALS,
    "variables.properties.auto_deregister_task_definition": _NOTHING_REGISTERED,
    "variables.properties.aws_credentials": _CREDENTIALS,
    "variables.properties.cloudwatch_logs_options": _LOGS,
    "variables.properties.cloudwatch_logs_prefix": _LOGS,
    "variables.properties.configure_cloudwatch_logs": _LOGS,
    "variables.properties.container_name": _NAMED,
    "variables.properties.family": _NOTHING_REGISTERED,
    "variables.properties.match_latest_revision_in_family": _NOTHING_REGISTERED,
    "variables.properties.network_configuration": _OWN_NETWORK,
    "variables.properties.prefect_api_auth_string_secret_arn": _OWN_SECRET,
    "variables.properties.task_definition_arn.anyOf": "it is required: see `variables.required`",
    "variables.properties.task_definition_arn.default": "it is required: see `variables.required`",
    "variables.properties.vpc_id": _OWN_NETWORK,
}
ADDED = {
    "job_configuration.task_run_request.networkConfiguration": _NETWORK,
    "job_configuration.task_run_request.overrides.executionRoleArn": _ROLE,
    "variables.properties.assign_public_ip": _NETWORK,
    "variables.properties.security_groups": _NETWORK,
    "variables.properties.subnets": _NETWORK,
    "variables.properties.task_definition_arn.type": "it is required: see `variables.required`",
    "variables.required": "the server refuses a run without a task definition, before a worker sees it",
}
OTHER = {
    "job_configuration.container_name": _NAMED,
    "job_configuration.task_run_request.overrides.containerOverrides": _NAMED,
    "variables.description": "it stands above the form in the UI",
    "variables.properties.cluster.description": "the default is the environment's cluster",
    "variables.properties.cpu.description": "it overrides the task definition's",
    "variables.properties.execution_role_arn.description": "it overrides the task definition's",
    "variables.properties.image.description": "the task definition decides",
    "variables.properties.launch_type.description": "EC2 and EXTERNAL are gone",
    "variables.properties.launch_type.enum": "our task definitions are for Fargate",
    "variables.properties.memory.description": "it overrides the task definition's",
    "variables.properties.prefect_api_key_secret_arn.description": "the task definition brings the key",
    "variables.properties.task_definition_arn.description": "it is required",
    "variables.properties.task_role_arn.description": "it overrides the task definition's",
}


def _differences(theirs: Mapping[str, Any], ours: Mapping[str, Any], path: str = "") -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"gone": set(), "added": set(), "other": set()}
    found["gone"] |= {path + key for key in theirs.keys() - ours.keys()}
    found["added"] |= {path + key for key in ours.keys() - theirs.keys()}
    for key in theirs.keys() & ours.keys():
        if isinstance(theirs[key], dict) and isinstance(ours[key], dict):
            for how, paths in _differences(theirs[key], ours[key], f"{path}{key}.").items():
                found[how] |= paths
        elif theirs[key] != ours[key]:
            found["other"].add(path + key)
    return found


def test_every_difference_from_prefects_own_is_known_and_has_a_reason() -> None:
    ours = json.loads(Path(ecs_template.__file__).with_name("ecs_job_template.json").read_text(encoding="utf-8"))
    found = _differences(ECSWorker.get_default_base_job_template(), ours)
    assert found == {"gone": GONE.keys(), "added": ADDED.keys(), "other": OTHER.keys()}


def _template(**changes: Any) -> dict[str, Any]:
    said: dict[str, Any] = {
        "cluster": "arn:cluster", "execution_role_arn": "arn:execution", "task_role_arn": "arn:task",
        "subnets": ["subnet-1", "subnet-2"], "security_groups": ["sg-1"], "assign_public_ip": False,
        "api_key_secret_arn": None,
    }  # fmt: skip
    return ecs_template.job_template(**{**said, **changes})


def _configured(template: dict[str, Any], job_variables: Mapping[str, Any]) -> ECSJobConfiguration:
    # Nothing in the template refers to a block or variable, so the client is never used.
    client = PrefectClient("http://127.0.0.1:9/api")
    values = copy.deepcopy(dict(job_variables))
    return asyncio.run(ECSJobConfiguration.from_template_and_values(template, values, client=client))


def _request(template: dict[str, Any], **job_variables: Any) -> dict[str, Any]:
    """RunTask as the installed worker would send it, its own API key being `pnu_mine`."""
    configuration = _configured(template, {"task_definition_arn": ARN, **job_variables})
    with temporary_settings({PREFECT_API_KEY: "pnu_mine"}):
        configuration.prepare_for_flow_run(FlowRun(flow_id=uuid.uuid4(), name="run"))
    task = {"networkMode": "awsvpc", "containerDefinitions": [{"name": ecs_template.CONTAINER}]}
    return ECSWorker("pool")._prepare_task_run_request(configuration, task, ARN, new_task_definition_registered=False)


def _environment(request: Mapping[str, Any]) -> dict[str, str]:
    (container,) = request["overrides"]["containerOverrides"]
    assert container["name"] == ecs_template.CONTAINER
    return {pair["name"]: pair["value"] for pair in container["environment"]}


def test_a_run_gets_what_the_environment_has() -> None:
    request = _request(_template(), env={"LEVEL": "INFO"}, image="repository@sha256:0")
    assert (request["taskDefinition"], request["cluster"], request["launchType"]) == (ARN, "arn:cluster", "FARGATE")
    assert request["networkConfiguration"] == {
        "awsvpcConfiguration": {
            "subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED",
        }
    }  # fmt: skip
    overrides = request["overrides"]
    assert (overrides["executionRoleArn"], overrides["taskRoleArn"]) == ("arn:execution", "arn:task")
    assert _environment(request)["LEVEL"] == "INFO"
    assert "image" not in json.dumps(request)


def test_a_deployment_has_its_own_network_and_size() -> None:
    request = _request(
        _template(), subnets=["subnet-9"], security_groups=[], assign_public_ip="ENABLED", cpu=512, memory=1024
    )
    assert request["networkConfiguration"]["awsvpcConfiguration"] == {
        "subnets": ["subnet-9"], "securityGroups": [], "assignPublicIp": "ENABLED",
    }  # fmt: skip
    assert (request["overrides"]["cpu"], request["overrides"]["memory"]) == ("512", "1024")


def test_without_subnets_the_worker_looks_for_the_default_vpc() -> None:
    template = _template(subnets=[])
    request = _configured(template, {"task_definition_arn": ARN}).task_run_request
    assert "networkConfiguration" not in request


def test_a_run_without_a_task_definition_fails() -> None:
    with pytest.raises(pydantic.ValidationError, match="A task definition must be provided"):
        _configured(_template(), {})


@pytest.mark.parametrize(("secret", "handed_on"), [(None, True), (SECRET_ARN, False)], ids=["no secret", "a secret"])
def test_the_workers_api_key_is_handed_on_only_where_no_secret_brings_it(
    secret: str | None, *, handed_on: bool
) -> None:
    # ECS refuses a name that is both among the `secrets` of the definition and in the environment of the run.
    environment = _environment(_request(_template(api_key_secret_arn=secret), env={"LEVEL": "INFO"}))
    assert ("PREFECT_API_KEY" in environment) is handed_on
    assert environment["LEVEL"] == "INFO"
