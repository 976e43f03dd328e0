import json

from flowstacks.aws import roles
from flowstacks.stack.aws_config import Statement

_REPOSITORY = "arn:aws:ecr:eu-central-1:123456789012:repository/flowstacks-staging"
_LOGS = "arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/flowstacks-staging"
_SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:flowstacks/staging/warehouse-AbCdEf"
_KEY = "arn:aws:kms:eu-central-1:123456789012:key/51aa"


def test_an_environments_secrets_are_one_pattern() -> None:
    assert roles.secrets_arn(_LOGS, "flowstacks/staging/*") == (
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:flowstacks/staging/*"
    )


def test_execution_reads_declared_secrets_and_nothing_else() -> None:
    said = json.loads(roles.execution_policy(_REPOSITORY, _LOGS, [_SECRET], [_KEY]))["Statement"]
    by_action = {action: one["Resource"] for one in said for action in one["Action"]}
    assert by_action == {
        "ecr:GetAuthorizationToken": ["*"],
        "ecr:BatchCheckLayerAvailability": [_REPOSITORY],
        "ecr:BatchGetImage": [_REPOSITORY],
        "ecr:GetDownloadUrlForLayer": [_REPOSITORY],
        "logs:CreateLogStream": [f"{_LOGS}:*"],
        "logs:PutLogEvents": [f"{_LOGS}:*"],
        "secretsmanager:GetSecretValue": [_SECRET],
        "kms:Decrypt": [_KEY],
    }


def test_without_secrets_none_can_be_read() -> None:
    assert "secretsmanager" not in roles.execution_policy(_REPOSITORY, _LOGS, [], [])


def test_the_policy_is_the_same_whatever_order_secrets_come_in() -> None:
    one, other = [_SECRET, _SECRET + "2"], [_SECRET + "2", _SECRET]
    assert roles.execution_policy(_REPOSITORY, _LOGS, one, []) == roles.execution_policy(_REPOSITORY, _LOGS, other, [])


def test_only_ecs_for_this_account_can_take_a_role() -> None:
    (said,) = json.loads(roles.trust(roles.account(_REPOSITORY)))["Statement"]
    assert said["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert said["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_flows_may_do_what_the_stack_says() -> None:
    said = roles.task_policy([Statement(actions=("s3:GetObject",), resources=("arn:aws:s3:::data/*",))])
    assert json.loads(said)["Statement"] == [
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::data/*"]}
    ]
