"""Environments on `ecs`, read back from AWS and from Prefect."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support import flows
from tests.support.ecs_workspace import EcsWorkspace
from tests.support.workspace import mutating

DIGEST, NEXT = ("sha256:" + digit * 64 for digit in "ab")
NIGHTLY = {"name": "nightly", "cpu": 256, "memory": 512}
HOURLY = {"name": "hourly"}
VALUE = "tell-nobody-4711"


def _release(ecs: EcsWorkspace, *deployments: dict[str, Any], **config: Any) -> str:
    """Commit a flow with these deployments, and another project; pin both."""
    ecs.commit(**{
        "flows/etl/load.py": flows.declared("load", *(deployments or (NIGHTLY, HOURLY))),
        "flows/greet/hello.py": flows.BARE,
    })  # fmt: skip
    return _pin(ecs, **config)


def _pin(ecs: EcsWorkspace, etl: str = DIGEST, **config: Any) -> str:
    commit = ecs.git("rev-parse", "HEAD")
    ecs.configure({"release": {"commit": commit, "images": {"etl": etl, "greet": DIGEST}}, **config})
    return commit


def test_without_a_release_an_environment_is_provisioned_and_empty(ecs: EcsWorkspace) -> None:
    ecs.configure({})
    assert f"flowstacks build {ecs.stack}" in ecs.up()
    (repository,) = ecs.client("ecr").describe_repositories(repositoryNames=[ecs.name])["repositories"]
    assert repository["imageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    assert ecs.client("ecr").get_lifecycle_policy(repositoryName=ecs.name)["lifecyclePolicyText"]
    (cluster,) = ecs.client("ecs").describe_clusters(clusters=[ecs.name])["clusters"]
    assert cluster["status"] == "ACTIVE"
    (group,) = ecs.client("logs").describe_log_groups(logGroupNamePrefix=f"/ecs/{ecs.name}")["logGroups"]
    assert group["retentionInDays"] == 90
    for role in ("execution", "task"):
        assert ecs.client("iam").get_role(RoleName=f"{ecs.name}-{role}")["Role"]
    assert ecs.outputs()["repositories"] == {ecs.name: repository["repositoryUri"]}

    changes = ecs.aws_changes()
    ecs.requests()
    assert ecs.preview().operations == {}
    ecs.up()
    assert mutating(ecs.requests()) == []
    assert ecs.aws_changes() == changes


def test_deployments_name_the_exact_revision_and_image(ecs: EcsWorkspace) -> None:
    commit = _release(ecs)
    planned = ecs.preview()
    assert f"+ {len(planned.operations)} created" in ecs.up()

    own, shared = ecs.task_definition("etl/load/nightly"), ecs.task_definition("etl")
    image = f"{ecs.outputs()['repositories'][ecs.name]}@{DIGEST}"
    assert (own["cpu"], own["memory"]) == ("256", "512")
    assert (shared["cpu"], shared["memory"]) == ("1024", "2048")
    for found in (own, shared):
        assert [one["image"] for one in found["containerDefinitions"]] == [image]
        assert found["requiresCompatibilities"] == ["FARGATE"]
        assert found["executionRoleArn"].endswith(f":role/{ecs.name}-execution")
        assert found["taskRoleArn"].endswith(f":role/{ecs.name}-task")

    for name, expected in (("nightly", own), ("hourly", shared)):
        variables = ecs.deployment("load", f"{name}--{ecs.stack}")["job_variables"]
        assert variables["task_definition_arn"] == expected["taskDefinitionArn"]
        assert variables["image"] == variables["env"]["IMAGE"] == image
        assert variables["env"]["COMMIT_HASH"] == commit
    outputs = ecs.outputs()
    assert outputs["deployments"]["etl/load/nightly"]["image"] == image
    assert set(outputs["task_definitions"].values()) >= {own["taskDefinitionArn"], shared["taskDefinitionArn"]}

    pool = ecs.ask("GET", f"/work_pools/ecs-{ecs.stack}")
    assert pool["type"] == "ecs"
    defaults = {name: one.get("default") for name, one in pool["base_job_template"]["variables"]["properties"].items()}
    assert defaults["cluster"].endswith(f":cluster/{ecs.name}")
    assert defaults["execution_role_arn"] == own["executionRoleArn"]

    changes = ecs.aws_changes()
    ecs.requests()
    assert ecs.preview("--refresh").operations == {}
    again = ecs.up()
    assert "created" not in again
    assert "updated" not in again
    assert mutating(ecs.requests()) == []
    assert ecs.aws_changes() == changes


def test_another_cpu_is_one_new_revision_and_one_deployment_update(ecs: EcsWorkspace) -> None:
    _release(ecs, NIGHTLY)
    ecs.up()
    before, untouched = ecs.task_definition("etl/load/nightly"), ecs.task_definition("greet")
    ecs.requests()
    _release(ecs, {**NIGHTLY, "cpu": 512, "memory": 1024})
    planned = ecs.preview()
    assert planned.operations == {
        "TaskDefinition etl/load/nightly": "replace", f"Deployment load/nightly--{ecs.stack}": "update",
    }  # fmt: skip
    assert planned.changed["TaskDefinition etl/load/nightly"] == ["cpu", "memory"]

    changes = len(ecs.aws_changes())
    ecs.up()
    after = ecs.task_definition("etl/load/nightly")
    assert (after["cpu"], after["revision"]) == ("512", before["revision"] + 1)
    assert _targets(ecs.aws_changes()[changes:]) == ["RegisterTaskDefinition", "DeregisterTaskDefinition"]
    deployment = ecs.deployment("load", f"nightly--{ecs.stack}")
    assert deployment["job_variables"]["task_definition_arn"] == after["taskDefinitionArn"]
    assert len(mutating(ecs.requests())) == 1
    assert ecs.task_definition("greet") == untouched
    assert ecs.preview().operations == {}


def test_a_new_digest_moves_its_project_and_what_is_held_stays(ecs: EcsWorkspace) -> None:
    _release(ecs)
    ecs.up()
    held = {"etl/load/hourly": {"image": DIGEST}}
    _pin(ecs, etl=NEXT, overrides=held)
    planned = ecs.preview()
    assert planned.operations == {
        "TaskDefinition etl": "delete",  # nothing shares it any more
        "TaskDefinition etl/load/hourly": "create",
        "TaskDefinition etl/load/nightly": "replace",
        f"Deployment load/hourly--{ecs.stack}": "update",
        f"Deployment load/nightly--{ecs.stack}": "update",
    }
    ecs.up()
    images = {address: one["image"].partition("@")[2] for address, one in ecs.outputs()["deployments"].items()}
    assert images == {"etl/load/hourly": DIGEST, "etl/load/nightly": NEXT, "greet/hello/default": DIGEST}


def test_destroy_leaves_the_other_environment_whole(
    ecs: EcsWorkspace, tmp_path: Path, api: str, engine: Path, aws_url: str
) -> None:
    other = EcsWorkspace(tmp_path / "other", api, engine, aws_url)
    for workspace in (ecs, other):
        _release(workspace)
        workspace.up()
    ecs.destroy()
    assert ecs.client("ecr").describe_repositories()["repositories"]
    with pytest.raises(ClientError, match="RepositoryNotFound"):
        ecs.client("ecr").describe_repositories(repositoryNames=[ecs.name])
    assert ecs.client("ecs").list_task_definitions(familyPrefix=f"{ecs.name}-etl")["taskDefinitionArns"] == []
    assert ecs.client("logs").describe_log_groups(logGroupNamePrefix=f"/ecs/{ecs.name}")["logGroups"] == []
    assert ecs.deployment("load", f"hourly--{ecs.stack}") is None
    assert ecs.ask("GET", f"/work_pools/ecs-{ecs.stack}") is None
    assert other.preview("--refresh").operations == {}
    ecs.up()  # names are free again
    assert ecs.preview().operations == {}


def test_secrets_are_references_everywhere_and_values_stand_nowhere(ecs: EcsWorkspace) -> None:
    elsewhere = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shared/token-AbCdEf"
    wanted = {"DSN": "warehouse:dsn", "TOKEN": "token", "BY_HAND": "by-hand"}
    _release(ecs, {**NIGHTLY, "secrets": wanted}, secrets={"token": {"arn": elsewhere}})
    ecs.pulumi("config", "set", "--secret", "--path", "flowstacks:secrets.warehouse", VALUE)
    planned = ecs.run(str(ecs.engine), "preview", "--json", "-s", ecs.stack)
    assert planned.code == 0, planned.text
    assert "by-hand" in ecs.up()  # a warning: it has no value yet
    found = {one["Name"]: one["ARN"] for one in ecs.client("secretsmanager").list_secrets()["SecretList"]}
    prefix = f"flowstacks/{ecs.stack}/"
    assert {name for name in found if name.startswith(prefix)} == {f"{prefix}warehouse", f"{prefix}by-hand"}
    value = ecs.client("secretsmanager").get_secret_value(SecretId=f"{prefix}warehouse")
    assert value["SecretString"] == VALUE
    (container,) = ecs.task_definition("etl/load/nightly")["containerDefinitions"]
    assert {one["name"]: one["valueFrom"] for one in container["secrets"]} == {
        "DSN": f"{found[prefix + 'warehouse']}:dsn::", "TOKEN": elsewhere, "BY_HAND": found[prefix + "by-hand"],
    }  # fmt: skip
    policy = ecs.client("iam").get_role_policy(RoleName=f"{ecs.name}-execution", PolicyName="execution")
    (readable,) = (
        one["Resource"]
        for one in policy["PolicyDocument"]["Statement"]
        if one["Action"] == ["secretsmanager:GetSecretValue"]
    )
    own = f"arn:aws:secretsmanager:eu-central-1:123456789012:secret:{prefix}*"
    assert readable == sorted([own, elsewhere])
    for text in (ecs.state(), planned.text, ecs.pulumi("stack", "export"), json.dumps(ecs.outputs())):
        assert VALUE not in text
    assert ecs.preview("--refresh").operations == {}


def _targets(journal: list[str]) -> list[str]:
    """Operation names of ECS in the emulator's journal."""
    return [found[1] for line in journal if (found := re.search(r"AmazonEC2ContainerServiceV\d+\.(\w+)", line))]


def test_what_somebody_else_has_in_aws_is_refused_before_anything_is_written(ecs: EcsWorkspace) -> None:
    """CreateCluster would take a cluster over without a word, and a destroy would delete it."""
    ecs.client("ecs").create_cluster(clusterName=ecs.name)
    ecs.client("iam").create_role(
        RoleName=f"{ecs.name}-task",
        AssumeRolePolicyDocument="{}",
        Tags=[{"Key": "flowstacks:owner", "Value": "other/x"}],
    )
    ecs.configure({})
    changes = ecs.aws_changes()
    told = ecs.up(expect=1)
    assert f"ECS cluster '{ecs.name}' exists in AWS and is not ours" in told
    assert f"IAM role '{ecs.name}-task' exists in AWS and belongs to other/x" in told
    assert ecs.aws_changes() == changes
    assert mutating(ecs.requests()) == []
