"""The ECS cluster that flows run in, and the log group that they write to."""

import pulumi_aws as aws

from flowstacks.aws.scope import Scope


def declare_cluster(scope: Scope) -> aws.ecs.Cluster:
    """Fargate needs nothing but a cluster's name."""
    return aws.ecs.Cluster("flows", name=scope.name, tags=scope.tags, opts=scope.opts)


def declare_log_group(scope: Scope, retention_days: int) -> aws.cloudwatch.LogGroup:
    """One stream a task, `<family>/prefect/<task id>`."""
    return aws.cloudwatch.LogGroup(
        "flows", name=scope.log_group, retention_in_days=retention_days, tags=scope.tags, opts=scope.opts
    )
