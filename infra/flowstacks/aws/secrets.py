"""Secrets that flows declare: made under the environment's prefix, or somebody else's by ARN."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

import pulumi
import pulumi_aws as aws
import pydantic

from flowstacks.aws.scope import Scope
from flowstacks.core import secret_reference
from flowstacks.stack.secret import ExistingSecret

Given = Mapping[str, pydantic.SecretStr | ExistingSecret]

RECOVERY_DAYS = 30
"""A value that was put in by hand is nowhere else, so AWS keeps it this long after a delete (its maximum)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Secrets:
    """`arns` by name; `values`: those that the stack puts in. `elsewhere`: ARNs and keys of those that it only names.

    `has_own`: whether any is made here.
    """

    arns: Mapping[str, pulumi.Output[str]]
    values: Sequence[aws.secretsmanager.SecretVersion]
    elsewhere: Sequence[ExistingSecret]
    has_own: bool


def declare(scope: Scope, names: Sequence[str], given: Given) -> Secrets:
    """Each is made unless the stack names an existing one."""
    arns: dict[str, pulumi.Output[str]] = {}
    values: list[aws.secretsmanager.SecretVersion] = []
    elsewhere: list[ExistingSecret] = []
    for name in names:
        said = given.get(name)
        if isinstance(said, ExistingSecret):
            arns[name] = pulumi.Output.from_input(said.arn)
            elsewhere.append(said)
            continue
        made = _made(scope, name, said)
        arns[name] = made.arn
        if said:
            values.append(_filled(scope, name, made, said))
    return Secrets(arns=arns, values=values, elsewhere=elsewhere, has_own=len(arns) > len(elsewhere))


def _made(scope: Scope, name: str, value: pydantic.SecretStr | None) -> aws.secretsmanager.Secret:
    # A value from the stack file can be put back from there; and a name that waits for recovery can't be made again.
    recovery_days = 0 if value else RECOVERY_DAYS
    return aws.secretsmanager.Secret(
        name, name=scope.secret(name), recovery_window_in_days=recovery_days, tags=scope.tags, opts=scope.opts
    )


def _filled(
    scope: Scope, name: str, made: aws.secretsmanager.Secret, value: pydantic.SecretStr
) -> aws.secretsmanager.SecretVersion:
    text = pulumi.Output.secret(value.get_secret_value())
    return aws.secretsmanager.SecretVersion(name, secret_id=made.id, secret_string=text, opts=scope.opts)


def referred(references: Iterable[str], arns: Mapping[str, pulumi.Output[str]]) -> dict[str, pulumi.Output[str]]:
    """The part of `arns` that these references, `name` or `name:json-key`, need."""
    names = sorted({secret_reference.parse(said).name for said in references})
    return {name: arns[name] for name in names}


def value_from(said: str, arns: Mapping[str, str]) -> str:
    """What ECS takes for `name` or `name:json-key`.

    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html)
    """
    name, key = secret_reference.parse(said)
    return f"{arns[name]}:{key}::" if key else arns[name]
