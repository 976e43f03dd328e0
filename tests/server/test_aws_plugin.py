"""The stand-in for the AWS plugin, all its types through the real engine and the real SDK, against the emulator.

The tests share one stack. Each says what it wants to stand, so any of them can run alone.
"""

import copy
import dataclasses
import json
import os
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from flowstacks.aws_plugin import registry
from flowstacks.aws_plugin.properties.values import UNKNOWN
from flowstacks.local.servers import aws, port, process, record, server
from flowstacks.local.servers.record import Record
from tests.support.aws_program import DEFAULT_TAGS, AwsProgram

pytestmark = pytest.mark.xdist_group("aws")

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DIGEST = "sha256:" + "0" * 64
SECRET_TEXT = "tell-nobody-4711"


def _statement(action: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": [action], "Resource": "*"}]}


def _keep(count: int) -> str:
    selection = {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": count}
    return json.dumps({"rules": [{"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}]})


BASE: dict[str, Any] = {
    "digest": DIGEST,
    "container": {
        "name": "flow", "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
        "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/scratch", "readOnly": False}],
    },
    "repository": {"image_scanning_configuration": {"scan_on_push": True}, "tags": {"kind": "etl"}},
    "lifecycle": {"policy": _keep(10)},
    "cluster": {"name": "flows", "settings": [{"name": "containerInsights", "value": "enabled"}]},
    "role": {
        "name": "execution", "assume_role_policy": json.dumps(TRUST, indent=2), "managed_policy_arns": [EXECUTION],
    },
    "policy": {"name": "logs", "policy": _statement("logs:PutLogEvents")},
    "logs": {"name": "/flows/test", "retention_in_days": 7},
    "secret": {
        "name": "warehouse", "description": "password", "kms_key_id": "alias/flows", "recovery_window_in_days": 0,
    },
    "value": {"secret_string": SECRET_TEXT},
    "task": {
        "family": "etl", "cpu": "256", "memory": "512", "network_mode": "awsvpc",
        "requires_compatibilities": ["FARGATE"],
        "runtime_platform": {"cpu_architecture": "X86_64", "operating_system_family": "LINUX"},
        "ephemeral_storage": {"size_in_gib": 30}, "volumes": [{"name": "scratch"}],
    },
    "service": {
        "name": "worker", "desired_count": 1, "launch_type": "FARGATE", "propagate_tags": "SERVICE",
        "enable_execute_command": True, "wait_for_steady_state": True,
        "deployment_circuit_breaker": {"enable": True, "rollback": True},
    },
}  # fmt: skip


def _changed(**changes: Mapping[str, Any]) -> dict[str, Any]:
    """The base with some properties set; None takes one away."""
    wanted = copy.deepcopy(BASE)
    for name, props in changes.items():
        wanted[name] = {key: value for key, value in {**wanted[name], **props}.items() if value is not None}
    return wanted


@dataclasses.dataclass(frozen=True)
class Emulator:
    """As `make up` would have it: found again by its record."""

    folder: Path

    def url(self) -> str:
        """Started where it does not run."""
        return server.ensure(aws.described(self.folder, self.folder / "log"), self.folder / "run")[0]

    def kill(self) -> None:
        known = record.load(self.folder / "run", aws.NAME)
        assert known
        os.kill(known.pid, signal.SIGKILL)
        while process.members(known, self.folder):
            time.sleep(0.05)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    found = Emulator(tmp_path_factory.mktemp("aws"))
    # A stopped server's record keeps its port: not the usual one, which is the developer's.
    stopped = Record(name=aws.NAME, pid=2**31 - 1, started="", command="", port=port.free())
    record.save(found.folder / "run", stopped)
    found.url()
    yield found
    known = record.load(found.folder / "run", aws.NAME)
    assert known
    process.stop(known, found.folder)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, emulator: Emulator, engine: Path) -> AwsProgram:
    made = AwsProgram(tmp_path_factory.mktemp("all types"), emulator.url(), engine)
    subnets = made.client("ec2").describe_subnets()["Subnets"]
    # Only the emulator knows the IDs of its default VPC.
    for wanted in (BASE, UPDATED):
        wanted["service"]["network_configuration"] = {"subnets": sorted(one["SubnetId"] for one in subnets)[:2]}
    return made


def test_a_first_preview_knows_what_is_said_and_not_what_aws_will_decide(program: AwsProgram) -> None:
    steps = program.steps(BASE)
    served = {kind.resource_type for kind in registry.KINDS}
    made = {step["newState"]["type"] for step in steps.values() if step["op"] == "create"}
    assert served <= made
    said = {name: step["newState"]["inputs"] for name, step in steps.items() if "inputs" in step["newState"]}
    # Each of these is another resource's output.
    assert said["task"]["executionRoleArn"] == UNKNOWN
    assert said["task"]["containerDefinitions"] == said["policy"]["role"] == said["value"]["secretId"] == UNKNOWN
    assert said["lifecycle"]["repository"] == said["repository"]["name"]
    assert said["repository"]["name"].startswith("repository-")


def test_all_types_are_created_and_the_second_up_is_empty(program: AwsProgram) -> None:
    program.up(BASE)
    program.up(BASE, "--expect-no-changes", "--refresh")


def test_aws_has_what_was_asked_for(program: AwsProgram) -> None:
    program.stand(BASE)
    outputs = program.outputs()
    name, cluster, logs, _ = outputs["names"]
    ecr, ecs, iam = program.client("ecr"), program.client("ecs"), program.client("iam")
    repository = ecr.describe_repositories(repositoryNames=[name])["repositories"][0]
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    tags = ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {**DEFAULT_TAGS, "kind": "etl"}
    assert json.loads(ecr.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"]) == json.loads(_keep(10))
    assert ecs.describe_clusters(clusters=[cluster])["clusters"][0]["status"] == "ACTIVE"
    task = ecs.describe_task_definition(taskDefinition=outputs["task"]["arn"])["taskDefinition"]
    assert task["containerDefinitions"][0]["image"] == f"{repository['repositoryUri']}@{DIGEST}"
    assert (task["cpu"], task["memory"], task["networkMode"]) == ("256", "512", "awsvpc")
    assert task["executionRoleArn"] == outputs["role"]["arn"]
    assert task["ephemeralStorage"] == {"sizeInGiB": 30}
    assert [volume["name"] for volume in task["volumes"]] == ["scratch"]
    _assert_service(program, outputs, count=1, propagated="SERVICE", executes=True, percents=(200, 100))
    assert iam.get_role(RoleName="execution")["Role"]["AssumeRolePolicyDocument"] == TRUST
    assert iam.list_attached_role_policies(RoleName="execution")["AttachedPolicies"][0]["PolicyArn"] == EXECUTION
    policy = iam.get_role_policy(RoleName="execution", PolicyName="logs")["PolicyDocument"]
    assert policy == _statement("logs:PutLogEvents")
    group = program.client("logs").describe_log_groups(logGroupNamePrefix=logs)["logGroups"][0]
    assert group["retentionInDays"] == 7
    value = program.client("secretsmanager").get_secret_value(SecretId=outputs["secret"])
    assert value["SecretString"] == SECRET_TEXT


def _assert_service(
    program: AwsProgram, outputs: Mapping[str, Any], *, count: int, propagated: str, executes: bool,
    percents: tuple[int, int],
) -> None:  # fmt: skip
    ecs = program.client("ecs")
    service = ecs.describe_services(cluster=outputs["names"][1], services=["worker"])["services"][0]
    assert (service["status"], service["desiredCount"], service["launchType"]) == ("ACTIVE", count, "FARGATE")
    assert (service["propagateTags"], service["enableExecuteCommand"]) == (propagated, executes)
    rollout = service["deploymentConfiguration"]
    assert (rollout["maximumPercent"], rollout["minimumHealthyPercent"]) == percents
    assert rollout["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert service["taskDefinition"] == outputs["task"]["arn"]
    network = service["networkConfiguration"]["awsvpcConfiguration"]
    assert sorted(network["subnets"]) == BASE["service"]["network_configuration"]["subnets"]
    assert network["assignPublicIp"] == "DISABLED"


def test_secrets_are_nowhere_in_the_clear(program: AwsProgram) -> None:
    program.stand(BASE)
    files = [path for path in program.state.rglob("*") if path.is_file()]
    assert len(files) > 1
    assert [path for path in files if SECRET_TEXT.encode() in path.read_bytes()] == []
    value = program.resource("value")
    assert {"secretString"} <= {name for name in value["outputs"] if isinstance(value["outputs"][name], dict)}


UPDATED = _changed(
    repository={
        "image_scanning_configuration": {"scan_on_push": False}, "image_tag_mutability": "IMMUTABLE",
        "force_delete": True, "tags": {"owner": "data"},
    },
    cluster={"settings": [{"name": "containerInsights", "value": "disabled"}], "tags": {"owner": "data"}},
    role={
        "assume_role_policy": json.dumps({**TRUST, "Id": "other"}), "description": "runs flows",
        "max_session_duration": 7200, "managed_policy_arns": [READ_ONLY], "permissions_boundary": READ_ONLY,
        "force_detach_policies": True, "tags": {"owner": "data"},
    },
    policy={"policy": _statement("logs:CreateLogStream")},
    logs={"retention_in_days": 30, "skip_destroy": True, "tags": {"owner": "data"}},
    secret={
        "description": "new password", "kms_key_id": "alias/other", "recovery_window_in_days": 7,
        "policy": json.dumps(_statement("secretsmanager:GetSecretValue")), "tags": {"owner": "data"},
    },
    value={"version_stages": ["AWSCURRENT", "blue"]},
    task={"track_latest": True, "tags": {"owner": "data"}},
    service={
        "desired_count": 2, "propagate_tags": "TASK_DEFINITION", "enable_execute_command": False, "force_delete": True,
        "deployment_maximum_percent": 150, "deployment_minimum_healthy_percent": 50, "tags": {"owner": "data"},
    },
)  # fmt: skip


def test_every_updatable_property_is_updated_in_place(program: AwsProgram) -> None:
    program.stand(BASE)
    before = program.outputs()
    steps = program.steps(UPDATED)
    changed = {"repository", "cluster", "role", "policy", "logs", "secret", "value", "task", "service"}
    assert {name: step["op"] for name, step in steps.items()} == dict.fromkeys(changed, "update")
    # What AWS decided stays known: with an unknown role or repository the task would be replaced.
    assert steps["task"]["newState"]["inputs"]["executionRoleArn"] == before["role"]["arn"]
    program.up(UPDATED)
    assert program.steps(UPDATED) == {}
    assert program.outputs() == before
    _assert_updated(program, before)


def _assert_updated(program: AwsProgram, outputs: Mapping[str, Any]) -> None:
    name, cluster, logs, logs_arn = outputs["names"]
    ecr, ecs, iam = program.client("ecr"), program.client("ecs"), program.client("iam")
    sm = program.client("secretsmanager")
    owned = {**DEFAULT_TAGS, "owner": "data"}
    repository = ecr.describe_repositories(repositoryNames=[name])["repositories"][0]
    assert (repository["imageTagMutability"], repository["imageScanningConfiguration"]["scanOnPush"]) == (
        "IMMUTABLE",
        False,
    )
    tags = ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == owned
    found = ecs.describe_clusters(clusters=[cluster], include=["TAGS", "SETTINGS"])["clusters"][0]
    assert found["settings"] == [{"name": "containerInsights", "value": "disabled"}]
    assert {tag["key"]: tag["value"] for tag in found["tags"]} == owned
    role = iam.get_role(RoleName="execution")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("runs flows", 7200)
    assert role["AssumeRolePolicyDocument"]["Id"] == "other"
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    attached = iam.list_attached_role_policies(RoleName="execution")["AttachedPolicies"]
    assert [one["PolicyArn"] for one in attached] == [READ_ONLY]
    group = program.client("logs").describe_log_groups(logGroupNamePrefix=logs)["logGroups"][0]
    assert group["retentionInDays"] == 30
    assert program.client("logs").list_tags_for_resource(resourceArn=logs_arn)["tags"] == owned
    secret = sm.describe_secret(SecretId=outputs["secret"])
    assert (secret["Description"], secret["KmsKeyId"]) == ("new password", "alias/other")
    assert sorted(*secret["VersionIdsToStages"].values()) == ["AWSCURRENT", "blue"]
    policy = sm.get_resource_policy(SecretId=outputs["secret"])["ResourcePolicy"]
    assert json.loads(policy) == _statement("secretsmanager:GetSecretValue")
    task = ecs.describe_task_definition(taskDefinition=outputs["task"]["arn"], include=["TAGS"])
    assert {tag["key"]: tag["value"] for tag in task["tags"]} == owned
    _assert_service(program, outputs, count=2, propagated="TASK_DEFINITION", executes=False, percents=(150, 50))


def test_what_can_not_be_updated_is_replaced(program: AwsProgram) -> None:
    program.stand(UPDATED)
    before = program.outputs()
    wanted = copy.deepcopy(UPDATED)
    wanted["container"]["command"] = ["python", "-V"]
    wanted["lifecycle"]["policy"] = _keep(20)
    wanted["value"]["secret_string"] = "another"
    steps = program.steps(wanted)
    replaced = dict.fromkeys(("task", "lifecycle", "value"), "replace")
    # The new revision's ARN is unknown in the preview: the service rolls over to it in place.
    assert {name: step["op"] for name, step in steps.items()} == {**replaced, "service": "update"}
    program.up(wanted)
    assert program.steps(wanted) == {}
    after = program.outputs()
    assert after["task"]["revision"] == before["task"]["revision"] + 1
    assert after["task"]["arn"] == f"{before['task']['family']}:{after['task']['revision']}"
    ecs = program.client("ecs")
    assert ecs.describe_task_definition(taskDefinition=before["task"]["arn"])["taskDefinition"]["status"] == "INACTIVE"
    worker = ecs.describe_services(cluster=before["names"][1], services=["worker"])["services"][0]
    assert worker["taskDefinition"] == after["task"]["arn"]
    policy = program.client("ecr").get_lifecycle_policy(repositoryName=before["names"][0])["lifecyclePolicyText"]
    assert json.loads(policy) == json.loads(_keep(20))
    assert program.client("secretsmanager").get_secret_value(SecretId=before["secret"])["SecretString"] == "another"


def test_what_somebody_edited_or_deleted_by_hand_is_seen_and_mended(program: AwsProgram) -> None:
    program.stand(BASE)
    outputs = program.outputs()
    iam, logs = program.client("iam"), program.client("logs")
    iam.update_role(RoleName="execution", Description="by hand", MaxSessionDuration=4000)
    iam.delete_role_policy(RoleName="execution", PolicyName="logs")
    iam.tag_role(RoleName="execution", Tags=[{"Key": "hand", "Value": "made"}])
    logs.put_retention_policy(logGroupName="/flows/test", retentionInDays=90)
    program.client("ecr").delete_lifecycle_policy(repositoryName=outputs["names"][0])
    ecs = program.client("ecs")
    ecs.deregister_task_definition(taskDefinition=outputs["task"]["arn"])
    ecs.update_service(cluster=outputs["names"][1], service="worker", desiredCount=5)
    steps = program.steps(BASE, "--refresh")
    assert {name: step["op"] for name, step in steps.items()} == {
        "role": "update", "logs": "update", "policy": "create", "lifecycle": "create", "task": "create",
        "service": "update",
    }  # fmt: skip
    program.up(BASE, "--refresh")
    role = iam.get_role(RoleName="execution")["Role"]
    assert (role.get("Description", ""), role["MaxSessionDuration"]) == ("", 3600)
    assert [tag["Key"] for tag in iam.list_role_tags(RoleName="execution")["Tags"]] == list(DEFAULT_TAGS)
    assert iam.list_role_policies(RoleName="execution")["PolicyNames"] == ["logs"]
    assert logs.describe_log_groups(logGroupNamePrefix="/flows/test")["logGroups"][0]["retentionInDays"] == 7
    assert program.outputs()["task"]["revision"] == outputs["task"]["revision"] + 1
    worker = ecs.describe_services(cluster=outputs["names"][1], services=["worker"])["services"][0]
    assert worker["desiredCount"] == 1


def test_after_a_kill_of_the_emulator_everything_is_as_it_was(program: AwsProgram, emulator: Emulator) -> None:
    program.stand(BASE)
    before = program.outputs()
    emulator.kill()
    assert emulator.url() == program.url
    task = program.client("ecs").describe_task_definition(taskDefinition=before["task"]["arn"])["taskDefinition"]
    assert (task["status"], task["revision"]) == ("ACTIVE", before["task"]["revision"])
    assert program.client("iam").get_role(RoleName="execution")["Role"]["RoleId"] == before["role"]["unique_id"]
    assert program.client("secretsmanager").get_secret_value(SecretId=before["secret"])["SecretString"] == SECRET_TEXT
    program.up(BASE, "--refresh", "--expect-no-changes")
    assert program.outputs() == before


def test_wrong_inputs_are_refused_with_the_closest_name(program: AwsProgram) -> None:
    wrong = {"nmae": "x", "imageScanningConfiguration": {"scanOnPsh": True}, "tags": "none"}
    said = program.refused({"raw": {"wrong": ["aws:ecr/repository:Repository", wrong]}})
    assert "aws:ecr/repository:Repository has no property 'nmae'. Did you mean 'name'?" in said
    assert "has no property 'imageScanningConfiguration.scanOnPsh'. Did you mean 'scanOnPush'?" in said
    assert "needs the property 'imageScanningConfiguration.scanOnPush'. Set it" in said
    assert "takes a map for 'tags'. Change its type" in said


def test_what_aws_says_comes_through_in_its_own_words(program: AwsProgram) -> None:
    program.client("ecr").create_repository(repositoryName="taken")
    said = program.refused({**BASE, "repository": {"name": "taken"}}, "up")
    assert "error: RepositoryAlreadyExistsException: The repository with name 'taken' already exists" in said
    program.client("ecr").delete_repository(repositoryName="taken")


def test_a_service_of_that_name_is_not_overwritten(program: AwsProgram) -> None:
    program.stand(BASE)
    outputs = program.outputs()
    (cluster, task), network = (outputs["names"][1], outputs["task"]["arn"]), BASE["service"]["network_configuration"]
    taken = {"name": "worker", "cluster": cluster, "taskDefinition": task, "networkConfiguration": network}
    said = program.refused({**BASE, "raw": {"taken": ["aws:ecs/service:Service", taken]}}, "up")
    assert "error: InvalidParameterException: Creation of service was not idempotent" in said


def test_destroy_leaves_nothing_but_what_it_was_told_to(program: AwsProgram) -> None:
    program.up(_changed(logs={"skip_destroy": True}))
    outputs = program.outputs()
    program.destroy()
    assert program.client("ecr").describe_repositories()["repositories"] == []
    assert program.client("iam").list_roles()["Roles"] == []
    assert program.client("secretsmanager").list_secrets()["SecretList"] == []
    ecs = program.client("ecs")
    cluster = ecs.describe_clusters(clusters=[outputs["names"][1]])["clusters"]
    assert [one["status"] for one in cluster] in ([], ["INACTIVE"])
    assert ecs.list_task_definitions(status="ACTIVE")["taskDefinitionArns"] == []
    service = ecs.describe_services(cluster=outputs["names"][1], services=["worker"])["services"]
    assert [(one["status"], one["desiredCount"]) for one in service] == [("INACTIVE", 0)]
    groups = program.client("logs").describe_log_groups()["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["/flows/test"]
    program.client("logs").delete_log_group(logGroupName="/flows/test")
