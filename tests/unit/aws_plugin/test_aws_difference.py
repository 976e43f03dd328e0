import json

import pytest

from flowstacks.aws_plugin import difference, registry
from flowstacks.aws_plugin.properties.values import UNKNOWN, Props

TASK = "aws:ecs/taskDefinition:TaskDefinition"
ROLE = "aws:iam/role:Role"
REPOSITORY = "aws:ecr/repository:Repository"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
SERVICE = "aws:ecs/service:Service"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
SENT = json.dumps(
    [{"name": "flow", "image": "i", "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]}]
)
ANSWERED = json.dumps([{
    "name": "flow", "image": "i", "cpu": 0, "essential": True, "portMappings": [], "mountPoints": [], "volumesFrom": [],
    "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
}])  # fmt: skip
PORTS = (
    json.dumps([{"name": "flow", "portMappings": [{"containerPort": 80}]}]),
    json.dumps([{"name": "flow", "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}]}]),
)
ALLOW = {"Effect": "Allow", "Action": ["a:B"], "Resource": "*"}

CASES: dict[str, tuple[str, Props, Props, dict[str, bool]]] = {
    "what AWS filled in": (TASK, {"containerDefinitions": ANSWERED}, {"containerDefinitions": SENT}, {}),
    "ports": (TASK, {"containerDefinitions": PORTS[1]}, {"containerDefinitions": PORTS[0]}, {}),
    "another image": (
        TASK, {"containerDefinitions": ANSWERED}, {"containerDefinitions": SENT.replace('"i"', '"j"')},
        {"containerDefinitions": True},
    ),
    "health check": (
        TASK, {"containerDefinitions": '[{"healthCheck": {"interval": 30, "retries": 3, "timeout": 5}}]'},
        {"containerDefinitions": '[{"healthCheck": {"retries": 3}}]'}, {},
    ),
    "volumes": (TASK, {"volumes": [{"name": "a"}, {"name": "b"}]}, {"volumes": [{"name": "b"}, {"name": "a"}]}, {}),
    "another volume": (TASK, {"volumes": [{"name": "a"}]}, {"volumes": [{"name": "b"}]}, {"volumes": True}),
    "not essential": (
        TASK, {"containerDefinitions": '[{"name": "a", "essential": true}]'},
        {"containerDefinitions": '[{"name": "a", "essential": false}]'}, {"containerDefinitions": True},
    ),
    "unknown yet": (
        TASK, {"containerDefinitions": ANSWERED}, {"containerDefinitions": UNKNOWN}, {"containerDefinitions": True},
    ),
    "order of a set": (TASK, {"requiresCompatibilities": ["A", "B"]}, {"requiresCompatibilities": ["B", "A"]}, {}),
    "taken away": (TASK, {"taskRoleArn": "arn:x"}, {}, {"taskRoleArn": True}),
    "mode decided by AWS": (TASK, {"networkMode": "bridge"}, {}, {}),
    "setting of the plugin": (TASK, {"skipDestroy": False}, {"skipDestroy": True}, {"skipDestroy": False}),
    "tags": (TASK, {"tags": {"a": "1"}}, {"tags": {"a": "2"}}, {"tags": False}),
    "default tags": (TASK, {"tagsAll": {"a": "1"}}, {"tagsAll": {"a": "2"}}, {"tagsAll": False}),
    "tags gone": (TASK, {"tags": {"a": "1"}}, {}, {"tags": False}),
    "no tags": (TASK, {"tags": {}}, {}, {}),
    "policy in other words": (
        ROLE, {"assumeRolePolicy": json.dumps({"Statement": [ALLOW]})},
        {"assumeRolePolicy": json.dumps({"Statement": {**ALLOW, "Action": "a:B"}}, indent=1)}, {},
    ),
    "policy": (
        ROLE, {"assumeRolePolicy": json.dumps({"Statement": [ALLOW]})},
        {"assumeRolePolicy": json.dumps({"Statement": [{**ALLOW, "Action": "a:C"}]})}, {"assumeRolePolicy": False},
    ),
    "path": (ROLE, {"path": "/"}, {"path": "/x/"}, {"path": True}),
    "renamed": (REPOSITORY, {"name": "a"}, {"name": "b"}, {"name": True}),
    "encryption filled in": (REPOSITORY, {"encryptionConfigurations": [{"encryptionType": "AES256"}]}, {}, {}),
    "switched off": (REPOSITORY, {"forceDelete": True}, {}, {"forceDelete": False}),
    "never switched on": (REPOSITORY, {}, {"forceDelete": False}, {}),
    "elsewhere": (LOGS, {"region": "eu-central-1"}, {"region": "eu-north-1"}, {"region": True}),
    "days": (LOGS, {"retentionInDays": 7}, {"retentionInDays": 0}, {"retentionInDays": False}),
    "cluster by name": (SERVICE, {"cluster": "arn:aws:ecs:r:1:cluster/flows"}, {"cluster": "flows"}, {}),
    "another cluster": (SERVICE, {"cluster": "arn:aws:ecs:r:1:cluster/flows"}, {"cluster": "other"}, {"cluster": True}),
    "another revision": (
        SERVICE, {"taskDefinition": "arn:aws:ecs:r:1:task-definition/w:1"}, {"taskDefinition": "w:2"},
        {"taskDefinition": False},
    ),
    "network in other words": (
        SERVICE, {"networkConfiguration": {"subnets": ["a", "b"], "securityGroups": [], "assignPublicIp": False}},
        {"networkConfiguration": {"subnets": ["b", "a"]}}, {},
    ),
    "a public address": (
        SERVICE, {"networkConfiguration": {"subnets": ["a"], "assignPublicIp": False}},
        {"networkConfiguration": {"subnets": ["a"], "assignPublicIp": True}}, {"networkConfiguration": False},
    ),
    "fewer tasks": (SERVICE, {"desiredCount": 2}, {"desiredCount": 0}, {"desiredCount": False}),
    "no more breaker": (SERVICE, {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}, {}, {}),
    "launched otherwise": (SERVICE, {"launchType": "EC2"}, {"launchType": "FARGATE"}, {"launchType": True}),
    "another value": (VERSION, {"secretString": "a"}, {"secretString": "b"}, {"secretString": True}),
}  # fmt: skip


@pytest.mark.parametrize(("token", "state", "wanted", "expected"), CASES.values(), ids=CASES)
def test_changes(token: str, state: Props, wanted: Props, expected: dict[str, bool]) -> None:
    found = difference.changes(registry.kind(token), state, wanted)
    assert {change.name: change.replaces for change in found} == expected


def test_ignored_properties_are_no_change() -> None:
    kind = registry.kind(LOGS)
    assert difference.changes(kind, {"retentionInDays": 7}, {"retentionInDays": 9}, ["retentionInDays"]) == []


DELETES: dict[str, tuple[str, Props, Props, bool]] = {
    "a given name stays": (ROLE, {"name": "a", "path": "/"}, {"name": "a", "path": "/x/"}, True),
    "a made-up name": (ROLE, {"name": "a", "path": "/"}, {"name": "a", "path": "/x/", "__defaults": ["name"]}, False),
    "renamed": (ROLE, {"name": "a"}, {"name": "b"}, False),
    "no replacement": (ROLE, {"name": "a", "description": "x"}, {"name": "a"}, False),
    "one service a name": (SERVICE, {"name": "a", "launchType": "EC2"}, {"name": "a", "launchType": "FARGATE"}, True),
    "revisions live side by side": (TASK, {"family": "a", "cpu": "256"}, {"family": "a", "cpu": "512"}, False),
    "one policy a repository": ("aws:ecr/lifecyclePolicy:LifecyclePolicy", {"policy": "1"}, {"policy": "2"}, True),
}


@pytest.mark.parametrize(("token", "state", "wanted", "expected"), DELETES.values(), ids=DELETES)
def test_the_old_one_goes_first_where_names_would_meet(
    token: str, state: Props, wanted: Props, *, expected: bool
) -> None:
    kind = registry.kind(token)
    assert difference.deletes_first(kind, wanted, difference.changes(kind, state, wanted)) is expected
