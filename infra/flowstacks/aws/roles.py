"""IAM: what ECS may do to start a flow's task, and apart from it what the flow itself may do."""

import json
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from flowstacks.aws.scope import Scope
from flowstacks.stack.aws_config import Statement

POLICY_VERSION = "2012-10-17"


def trust(account: str) -> str:
    """Only ECS, and only on behalf of this account.

    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html, "confused deputy")
    """
    return _policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        }
    )


def secrets_arn(any_arn: str, name: str) -> str:
    """ARN pattern of secrets by a name with `*`, in the partition, region and account of another ARN."""
    _, partition, _, region, owner, *_ = any_arn.split(":")
    return f"arn:{partition}:secretsmanager:{region}:{owner}:secret:{name}"


def execution_policy(
    repository_arn: str, log_group_arn: str, secret_arns: Sequence[str], key_arns: Sequence[str]
) -> str:
    """Pull from this repository, write to this log group, read these secrets, and decrypt what these keys encrypt."""
    statements = [
        # The one action without resources: the token is for the account's whole registry.
        _allow(["ecr:GetAuthorizationToken"], ["*"]),
        _allow(
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], [repository_arn]
        ),
        _allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{log_group_arn}:*"]),
    ]
    if secret_arns:
        statements.append(_allow(["secretsmanager:GetSecretValue"], sorted(secret_arns)))
    if key_arns:
        statements.append(_allow(["kms:Decrypt"], sorted(key_arns)))
    return _policy(*statements)


def task_policy(statements: Sequence[Statement]) -> str:
    """The statements of `flowstacks:aws.task_statements`."""
    return _policy(*(_allow(statement.actions, statement.resources) for statement in statements))


def account(arn: str) -> str:
    """The 12 digits in an ARN."""
    return arn.split(":")[4]


def declare_role(scope: Scope, name: str, cluster_arn: pulumi.Output[str]) -> aws.iam.Role:
    """A role that tasks in the cluster's account may have, `<environment>-<name>`."""
    policy = cluster_arn.apply(lambda arn: trust(account(arn)))
    return aws.iam.Role(name, name=scope.role(name), assume_role_policy=policy, tags=scope.tags, opts=scope.opts)


def grant(scope: Scope, name: str, role: aws.iam.Role, policy: pulumi.Input[str]) -> aws.iam.RolePolicy:
    """An inline policy: it lives and dies with its role."""
    return aws.iam.RolePolicy(name, name=name, role=role.id, policy=policy, opts=scope.opts)


def _allow(actions: Sequence[str], resources: Sequence[str]) -> dict[str, object]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def _policy(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": POLICY_VERSION, "Statement": list(statements)})
