"""Secrets that flows declare: made under the environment's prefix, or somebody else's by ARN."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws
import pydantic

from infra import secret_reference
from infra.aws.scope import Scope
from infra.config import ExistingSecret

Given = Mapping[str, pydantic.SecretStr | ExistingSecret]

RECOVERY_DAYS = 30
"""A value that was put in by hand is nowhere else, so AWS keeps it this long after a delete (its maximum)."""


def arns(scope: Scope, names: Sequence[str], given: Given) -> dict[str, pulumi.Output[str]]:
    """ARN by name; each is made unless the stack names an existing one."""
    found: dict[str, pulumi.Output[str]] = {}
    for name in names:
        said = given.get(name)
        if isinstance(said, ExistingSecret):
            found[name] = pulumi.Output.from_input(said.arn)
        else:
            found[name] = _made(scope, name, said).arn
    return found


def _made(scope: Scope, name: str, value: pydantic.SecretStr | None) -> aws.secretsmanager.Secret:
    # A value from the stack file can be put back from there; and a name that waits for recovery can't be made again.
    recovery_days = 0 if value else RECOVERY_DAYS
    made = aws.secretsmanager.Secret(
        name, name=scope.secret(name), recovery_window_in_days=recovery_days, tags=scope.tags, opts=scope.opts
    )
    if value:
        text = pulumi.Output.secret(value.get_secret_value())
        aws.secretsmanager.SecretVersion(name, secret_id=made.id, secret_string=text, opts=scope.opts)
    return made


def value_from(said: str, arns: Mapping[str, str]) -> str:
    """What ECS takes for `name` or `name:json-key`.

    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html)
    """
    name, key = secret_reference.parse(said)
    return f"{arns[name]}:{key}::" if key else arns[name]
