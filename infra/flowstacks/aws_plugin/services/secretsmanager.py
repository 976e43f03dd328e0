"""Secrets Manager."""

import base64
import json
from typing import ClassVar

from typing_extensions import override

from flowstacks.aws_plugin.errors import RefusedError
from flowstacks.aws_plugin.kind import AwsKind, Created
from flowstacks.aws_plugin.properties import equality, tags, unique, validity
from flowstacks.aws_plugin.properties.values import Plain, Props, strings, text, texts
from flowstacks.aws_plugin.session import Answer, Emulator

_GONE = frozenset({"ResourceNotFoundException"})
_NAME_CHARACTERS = r"\w/+=.@-"
_NAME_RULE = "the API has no rename"
_CURRENT = "AWSCURRENT"


class Secret(AwsKind):
    """ID: the ARN. A deleted secret keeps its name until the recovery window is over; 0 days deletes at once."""

    resource_type = "aws:secretsmanager/secret:Secret"
    source = "terraform-provider-aws v6, internal/service/secretsmanager/secret.go"
    replaced: ClassVar = {"name": _NAME_RULE, "namePrefix": _NAME_RULE}
    updated = frozenset({"description", "kmsKeyId", "policy", "tags"})
    defaults: ClassVar = {"forceOverwriteReplicaSecret": False, "recoveryWindowInDays": 30}
    filled = frozenset({"region", "name", "namePrefix", "policy", "replicas"})
    kept = frozenset({"forceOverwriteReplicaSecret", "recoveryWindowInDays", "namePrefix"})
    checked: ClassVar = {
        "name": validity.spelled(_NAME_CHARACTERS, 512),
        "namePrefix": validity.spelled(_NAME_CHARACTERS, 486),
        "recoveryWindowInDays": validity.within(7, 30, 0),
    }
    equal: ClassVar = {"policy": equality.same_policy}
    unserved: ClassVar = {
        "replicas": "an environment has one region. Leave it out",
        "type": "secrets managed by partners are not emulated. Leave it out",
    }

    @override
    def create(self, aws: Emulator, inputs: Props) -> Created:
        arn = aws.call(
            "secretsmanager",
            "create_secret",
            Name=unique.name(inputs),
            Description=inputs.get("description") or "",
            KmsKeyId=inputs.get("kmsKeyId"),
            Tags=tags.pairs(texts(inputs["tagsAll"])),
        )["ARN"]
        try:
            _put_policy(aws, arn, None, inputs.get("policy"))
        except Exception:
            # The engine does not learn of a secret that was made and then failed: it must not stay.
            aws.call("secretsmanager", "delete_secret", SecretId=arn, ForceDeleteWithoutRecovery=True)
            raise
        return Created(arn)

    @override
    def read(self, aws: Emulator, identity: str, state: Props) -> Props | None:
        answer = aws.find("secretsmanager", "describe_secret", _GONE, SecretId=identity)
        if answer is None or "DeletedDate" in answer:
            return None
        policy = aws.find("secretsmanager", "get_resource_policy", _GONE, SecretId=identity) or {}
        return {
            "arn": answer["ARN"],
            "description": answer.get("Description") or None,
            "kmsKeyId": answer.get("KmsKeyId"),
            "name": answer["Name"],
            "policy": policy.get("ResourcePolicy"),
            "tagsAll": tags.mapping(answer.get("Tags", [])),
        }

    @override
    def update(self, aws: Emulator, identity: str, before: Props, after: Props) -> None:
        if any(before.get(name) != after.get(name) for name in ("description", "kmsKeyId")):
            aws.call(
                "secretsmanager",
                "update_secret",
                SecretId=identity,
                Description=after.get("description") or "",
                KmsKeyId=after.get("kmsKeyId"),
            )
        if "policy" in after:
            _put_policy(aws, identity, before.get("policy"), after["policy"])
        to_set, to_remove = tags.changed(texts(before.get("tagsAll")), texts(after["tagsAll"]))
        if to_set:
            aws.call("secretsmanager", "tag_resource", SecretId=identity, Tags=tags.pairs(to_set))
        if to_remove:
            aws.call("secretsmanager", "untag_resource", SecretId=identity, TagKeys=to_remove)

    @override
    def delete(self, aws: Emulator, identity: str, state: Props) -> None:
        days = state.get("recoveryWindowInDays")
        recovery = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
        aws.find("secretsmanager", "delete_secret", _GONE, SecretId=identity, **recovery)


class SecretVersion(AwsKind):
    """ID: `secret|version`. A new value is a new version."""

    resource_type = "aws:secretsmanager/secretVersion:SecretVersion"
    source = "terraform-provider-aws v6, internal/service/secretsmanager/secret_version.go"
    replaced: ClassVar = {
        "secretId": "part of the identity",
        "secretString": "a version's value never changes",
        "secretBinary": "a version's value never changes",
    }
    updated = frozenset({"versionStages"})
    filled = frozenset({"region", "versionStages"})
    equal: ClassVar = {"versionStages": equality.same_set}
    unserved: ClassVar = dict.fromkeys(
        ("secretStringWo", "secretStringWoVersion"),
        "write-only values can't be compared. Use secretString with a Pulumi secret",
    )
    secret = frozenset({"secretString", "secretBinary", "secretStringWo"})
    named = False
    tagged = False

    @override
    def create(self, aws: Emulator, inputs: Props) -> Created:
        if {"secretString", "secretBinary"} <= inputs.keys():
            raise RefusedError("A secret version has secretString or secretBinary, not both. Leave one out")
        binary = inputs.get("secretBinary")
        answer = aws.call(
            "secretsmanager",
            "put_secret_value",
            SecretId=inputs["secretId"],
            SecretString=inputs.get("secretString"),
            SecretBinary=base64.b64decode(binary) if isinstance(binary, str) else None,
            VersionStages=inputs.get("versionStages"),
        )
        return Created(f"{text(inputs, 'secretId')}|{answer['VersionId']}")

    @override
    def read(self, aws: Emulator, identity: str, state: Props) -> Props | None:
        secret, _, version = identity.rpartition("|")
        answer = _version(aws, secret, version)
        if answer is None:
            return None
        binary = answer.get("SecretBinary")
        return {
            "arn": answer["ARN"],
            "hasSecretStringWo": False,
            "secretArn": answer["ARN"],
            "secretBinary": base64.b64encode(binary).decode() if binary else None,
            "secretId": secret,
            "secretString": answer.get("SecretString"),
            "versionId": answer["VersionId"],
            "versionStages": answer.get("VersionStages"),
        }

    @override
    def update(self, aws: Emulator, identity: str, before: Props, after: Props) -> None:
        if "versionStages" not in after:
            return
        secret, _, version = identity.rpartition("|")
        old, new = set(strings(before.get("versionStages"))), set(strings(after["versionStages"]))
        for stage in sorted(new - old):
            _stage(aws, secret, stage, to=version, away=_holder(aws, secret, stage))
        for stage in sorted(old - new - {_CURRENT}):
            _stage(aws, secret, stage, away=version)

    @override
    def delete(self, aws: Emulator, identity: str, state: Props) -> None:
        # AWS has no way to delete a version: without stages it is forgotten, and AWSCURRENT can't be taken away.
        secret, _, version = identity.rpartition("|")
        answer = _version(aws, secret, version)
        for stage in sorted(set(strings(answer.get("VersionStages") if answer else [])) - {_CURRENT}):
            _stage(aws, secret, stage, away=version)


def _put_policy(aws: Emulator, secret: str, before: Plain, after: Plain) -> None:
    if after and after != "{}":
        if not equality.same_policy(before, after):
            policy = json.dumps(equality.json_text(after))
            aws.call("secretsmanager", "put_resource_policy", SecretId=secret, ResourcePolicy=policy)
    elif before:
        aws.call("secretsmanager", "delete_resource_policy", SecretId=secret)


def _version(aws: Emulator, secret: str, version: str) -> Answer | None:
    answer = aws.find("secretsmanager", "describe_secret", _GONE, SecretId=secret)
    # In its recovery window a secret refuses to be read; its versions are as good as gone (as in the real plugin).
    if answer is None or "DeletedDate" in answer:
        return None
    return aws.find("secretsmanager", "get_secret_value", _GONE, SecretId=secret, VersionId=version)


def _holder(aws: Emulator, secret: str, stage: str) -> str | None:
    versions = aws.call("secretsmanager", "describe_secret", SecretId=secret).get("VersionIdsToStages", {})
    return next((version for version, stages in versions.items() if stage in stages), None)


def _stage(aws: Emulator, secret: str, stage: str, *, to: str | None = None, away: str | None = None) -> None:
    aws.call(
        "secretsmanager",
        "update_secret_version_stage",
        SecretId=secret,
        VersionStage=stage,
        MoveToVersionId=to,
        RemoveFromVersionId=away,
    )
