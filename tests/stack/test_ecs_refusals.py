"""What an environment on `ecs` refuses before anything is written, since AWS would stop an `up` half way."""

import json

import pytest

from flowstacks.aws.names import OWNER_TAG
from tests.support import flows
from tests.support.ecs_workspace import EcsWorkspace
from tests.support.workspace import mutating

DIGEST = "sha256:" + "a" * 64
SECRET = {"name": "daily", "secrets": {"TOKEN": "token"}}


@pytest.fixture
def filled(ecs: EcsWorkspace) -> EcsWorkspace:
    ecs.commit(**{"flows/etl/load.py": flows.declared("load", SECRET)})
    ecs.configure(_release(ecs))
    ecs.up()
    return ecs


def _release(ecs: EcsWorkspace) -> dict[str, object]:
    return {"release": {"commit": ecs.git("rev-parse", "HEAD"), "images": {"etl": DIGEST}}}


def _refused(ecs: EcsWorkspace) -> str:
    """What `up` says; it must not have touched anything."""
    changes = ecs.aws_changes()
    ecs.requests()
    told = ecs.up(expect=1)
    assert ecs.aws_changes() == changes
    assert mutating(ecs.requests()) == []
    return told


def test_an_environment_is_not_moved(filled: EcsWorkspace) -> None:
    text = filled.stack_file.read_text(encoding="utf-8")
    filled.stack_file.write_text(text.replace("eu-central-1", "eu-west-1"), encoding="utf-8")
    told = _refused(filled)
    assert "the environment stands in region eu-central-1, and can't be moved to eu-west-1" in told

    filled.configure({**_release(filled), "aws": {"prefix": "acme"}})
    assert f"stands in cluster flowstacks-{filled.stack}, and can't be moved to acme-{filled.stack}" in _refused(filled)

    filled.configure(_release(filled))
    assert filled.preview().operations == {}


def test_a_lost_release_empties_nothing_until_that_is_said(filled: EcsWorkspace) -> None:
    filled.configure({})
    assert "without a flowstacks:release every deployment of the environment would be deleted (1)" in _refused(filled)
    filled.configure({"overrides": {"**": {"deployed": False}}})
    filled.up()
    assert filled.outputs()["deployments"] == {}


def test_a_secret_that_waits_for_its_deletion_is_told_before_anything_is_made(filled: EcsWorkspace) -> None:
    name = f"flowstacks/{filled.stack}/token"
    filled.destroy()
    assert f"secret '{name}' is deleted, and AWS keeps its name until" in _refused(filled)

    kept = filled.client("secretsmanager").restore_secret(SecretId=name)["ARN"]
    filled.configure({**_release(filled), "secrets": {"token": {"arn": kept}}})
    filled.up()
    assert filled.preview("--refresh").operations == {}


def test_a_secret_of_somebody_else_is_told_before_anything_is_made(ecs: EcsWorkspace) -> None:
    name = f"flowstacks/{ecs.stack}/token"
    tags = [{"Key": OWNER_TAG, "Value": "other/x"}]
    ecs.client("secretsmanager").create_secret(Name=name, SecretString="theirs", Tags=tags)
    ecs.commit(**{"flows/etl/load.py": flows.declared("load", SECRET)})
    ecs.configure(_release(ecs))
    assert f"secret '{name}' exists in AWS and is not ours" in _refused(ecs)


def test_the_worker_waits_for_what_its_tasks_read(ecs: EcsWorkspace) -> None:
    """ECS starts a service's tasks at once, and its circuit breaker gives up after three that fail."""
    (subnet, *_) = ecs.client("ec2").describe_subnets()["Subnets"]
    ecs.configure({
        "worker": {"image": "prefect-aws:0"}, "defaults": {"subnets": [subnet["SubnetId"]]},
        "prefect": {"api_key_secret": "key"},
    })  # fmt: skip
    ecs.pulumi("config", "set", "--secret", "--path", "flowstacks:secrets.key", "tell-nobody")
    ecs.up()
    resources = json.loads(ecs.pulumi("stack", "export"))["deployment"]["resources"]
    (service,) = [one for one in resources if one["type"] == "aws:ecs/service:Service"]
    waited_for = {urn.split("$")[-1] for urn in service["dependencies"]}
    assert {
        "aws:iam/rolePolicy:RolePolicy::execution", "aws:secretsmanager/secretVersion:SecretVersion::key",
    } <= waited_for  # fmt: skip
