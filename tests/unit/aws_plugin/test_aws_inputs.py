import json

import pytest

from flowstacks.aws_plugin import inputs, registry
from flowstacks.aws_plugin.properties.values import UNKNOWN, Props

TASK = registry.kind("aws:ecs/taskDefinition:TaskDefinition")
ROLE = registry.kind("aws:iam/role:Role")
LIFECYCLE = registry.kind("aws:ecr/lifecyclePolicy:LifecyclePolicy")
CASES: dict[str, tuple[str, Props, list[str]]] = {
    "all right": ("aws:ecs/taskDefinition:TaskDefinition", {"family": "x", "containerDefinitions": "[]"}, []),
    "a number for text": (
        "aws:ecs/taskDefinition:TaskDefinition", {"family": "x", "containerDefinitions": "[]", "cpu": 256}, [],
    ),
    "unknown yet": (
        "aws:ecs/taskDefinition:TaskDefinition",
        {"family": UNKNOWN, "containerDefinitions": UNKNOWN, "tags": UNKNOWN, "requiresCompatibilities": [UNKNOWN]}, [],
    ),
    "missing": (
        "aws:ecs/taskDefinition:TaskDefinition", {"family": "x"}, ["needs the property 'containerDefinitions'"],
    ),
    "a policy as an object": (
        "aws:iam/rolePolicy:RolePolicy",
        {"role": "r", "policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*"}]}}, [],
    ),
    "misspelt inside a policy": (
        "aws:iam/rolePolicy:RolePolicy", {"role": "r", "policy": {"Version": "2012-10-17", "Statment": []}},
        ["has no property 'policy.Statment'. Did you mean 'Statement'?", "needs the property 'policy.Statement'"],
    ),
    "snake case": (
        "aws:cloudwatch/logGroup:LogGroup", {"retention_in_days": 7}, ["Did you mean 'retentionInDays'?"],
    ),
    "text for a number": ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": "7"}, ["takes a number"]),
    "a switch for text": ("aws:cloudwatch/logGroup:LogGroup", {"name": True}, ["takes text for 'name'"]),
    "an object for a list": ("aws:ecs/cluster:Cluster", {"settings": {"name": "x"}}, ["takes a list for 'settings'"]),
    "lacking inside a list": (
        "aws:ecs/cluster:Cluster", {"settings": [{"name": "x"}]}, ["needs the property 'settings[0].value'"],
    ),
    "a number among the tags": ("aws:ecs/cluster:Cluster", {"tags": {"a": 1, "b": True}}, ["takes text for 'tags.b'"]),
    "not served inside a list": (
        "aws:ecs/taskDefinition:TaskDefinition",
        {"family": "x", "containerDefinitions": "[]", "volumes": [{"name": "a"}, {"name": "b", "hostPath": "/b"}]},
        ["does not serve 'volumes.hostPath'"],
    ),
    "the family's spelling": (
        "aws:ecs/taskDefinition:TaskDefinition", {"family": "a/b", "containerDefinitions": "[]"},
        ["does not take 'a/b' for 'family': write 1 to 255 characters"],
    ),
    "too small a disk": (
        "aws:ecs/taskDefinition:TaskDefinition",
        {"family": "x", "containerDefinitions": "[]", "ephemeralStorage": {"sizeInGib": 20}},
        ["does not take 20 for 'ephemeralStorage.sizeInGib': write 21 to 200"],
    ),
    "one wrong in a list": (
        "aws:ecs/taskDefinition:TaskDefinition",
        {"family": "x", "containerDefinitions": "[]", "requiresCompatibilities": ["FARGATE", "LAMBDA"]},
        ["does not take 'LAMBDA' for 'requiresCompatibilities'"],
    ),
    "no ARN": (
        "aws:ecs/taskDefinition:TaskDefinition", {"family": "x", "containerDefinitions": "[]", "taskRoleArn": "task"},
        ["for 'taskRoleArn': write an ARN"],
    ),
    "an odd retention": ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 10}, ["write one of 0, 1, 3"]),
    "a recovery of no days": ("aws:secretsmanager/secret:Secret", {"name": "a/b", "recoveryWindowInDays": 0}, []),
    "a recovery too short": ("aws:secretsmanager/secret:Secret", {"recoveryWindowInDays": 3}, ["write 7 to 30, or 0"]),
    "too long a name": (
        "aws:iam/role:Role", {"name": "x" * 65, "assumeRolePolicy": "{}"}, ["write 1 to 64 characters"],
    ),
    "not served": ("aws:ecs/cluster:Cluster", {"configuration": {}}, ["does not serve 'configuration'"]),
}  # fmt: skip


@pytest.mark.parametrize(("token", "given", "expected"), CASES.values(), ids=CASES)
def test_problems(token: str, given: Props, expected: list[str]) -> None:
    found = [problem.reason for problem in inputs.problems(registry.kind(token), given)]
    assert len(found) == len(expected)
    for reason, part in zip(found, expected, strict=True):
        assert part in reason


def test_a_name_is_made_up_once() -> None:
    given: Props = {"assumeRolePolicy": "{}"}
    first = inputs.completed(ROLE, "execution", given, {}, b"seed")
    assert str(first["name"]).startswith("execution-")
    assert len(str(first["name"])) == len("execution-") + 7
    assert inputs.completed(ROLE, "execution", given, {}, b"seed") == first, "preview and up agree"
    assert inputs.completed(ROLE, "execution", given, first, b"other") == first, "and so does the next run"
    assert not inputs.is_given(first, "name")


def test_a_given_name_or_prefix_is_left_alone() -> None:
    named = inputs.completed(ROLE, "execution", {"name": "mine"}, {"name": "old-1", "__defaults": ["name"]}, b"")
    assert named["name"] == "mine"
    assert inputs.is_given(named, "name")
    assert "name" not in inputs.completed(ROLE, "execution", {"namePrefix": "mine-"}, {}, b"")


def test_defaults_are_added_and_told_apart() -> None:
    completed = inputs.completed(ROLE, "execution", {"name": "x", "path": "/flows/"}, {}, b"")
    assert (completed["path"], completed["maxSessionDuration"]) == ("/flows/", 3600)
    assert completed["__defaults"] == ["forceDetachPolicies", "maxSessionDuration"]


def test_values_become_what_the_api_takes() -> None:
    assert inputs.completed(TASK, "task", {"cpu": 256}, {}, b"")["cpu"] == "256"
    policy = inputs.completed(LIFECYCLE, "policy", {"policy": {"rules": []}}, {}, b"")["policy"]
    assert json.loads(str(policy)) == {"rules": []}
