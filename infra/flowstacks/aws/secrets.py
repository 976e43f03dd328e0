"""Secrets that flows declare: made under the environment's prefix, or existing ones by ARN."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

import pulumi
import pulumi_aws as aws
import pydantic

from flowstacks.aws.scope import Scope
from flowstacks.core import secret_reference
from flowstacks.stack.secret import ExistingSecret

ConfiguredSecrets = Mapping[str, pydantic.SecretStr | ExistingSecret]

RECOVERY_DAYS = 30
"""A value that was put in by hand is nowhere else, so AWS keeps it this long after a delete (its maximum)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Secrets:
    """The secrets that an environment reads."""

    arns: Mapping[str, pulumi.Output[str]]
    """By name."""
    values: Sequence[aws.secretsmanager.SecretVersion]
    """The values that the stack file gives."""
    existing: Sequence[ExistingSecret]
    """Secrets that somebody else keeps."""
    has_own: bool
    """Whether the environment makes any secret."""


def declare_secrets(scope: Scope, names: Sequence[str], configured: ConfiguredSecrets) -> Secrets:
    """A secret is made unless the stack names an existing one."""
    arns: dict[str, pulumi.Output[str]] = {}
    values: list[aws.secretsmanager.SecretVersion] = []
    existing: list[ExistingSecret] = []
    for name in names:
        value = configured.get(name)
        if isinstance(value, ExistingSecret):
            arns[name] = pulumi.Output.from_input(value.arn)
            existing.append(value)
            continue
        secret = _declare_secret(scope, name, value)
        arns[name] = secret.arn
        if value:
            values.append(_fill(scope, name, secret, value))
    return Secrets(arns=arns, values=values, existing=existing, has_own=len(arns) > len(existing))


def _declare_secret(scope: Scope, name: str, value: pydantic.SecretStr | None) -> aws.secretsmanager.Secret:
    # A value from the stack file can be put back from there; and a name that waits for recovery can't be made again.
    recovery_days = 0 if value else RECOVERY_DAYS
    return aws.secretsmanager.Secret(
        name, name=scope.secret(name), recovery_window_in_days=recovery_days, tags=scope.tags, opts=scope.opts
    )


def _fill(
    scope: Scope, name: str, secret: aws.secretsmanager.Secret, value: pydantic.SecretStr
) -> aws.secretsmanager.SecretVersion:
    text = pulumi.Output.secret(value.get_secret_value())
    return aws.secretsmanager.SecretVersion(name, secret_id=secret.id, secret_string=text, opts=scope.opts)


def referred(references: Iterable[str], arns: Mapping[str, pulumi.Output[str]]) -> dict[str, pulumi.Output[str]]:
    """The part of `arns` that these references, `name` or `name:json-key`, need."""
    names = sorted({secret_reference.parse(reference).name for reference in references})
    return {name: arns[name] for name in names}


def value_from(reference: str, arns: Mapping[str, str]) -> str:
    """ECS's `valueFrom` for the reference `name` or `name:json-key`.

    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html)
    """
    name, key = secret_reference.parse(reference)
    return f"{arns[name]}:{key}::" if key else arns[name]
