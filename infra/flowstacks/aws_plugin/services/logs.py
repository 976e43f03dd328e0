"""CloudWatch Logs."""

from typing import ClassVar

from typing_extensions import override

from flowstacks.aws_plugin.kind import AwsKind, Created
from flowstacks.aws_plugin.properties import tags, unique, validity
from flowstacks.aws_plugin.properties.values import Props, text, texts
from flowstacks.aws_plugin.session import Emulator

_GONE = frozenset({"ResourceNotFoundException"})
_NAME_CHARACTERS = "a-zA-Z0-9_/.#-"
_DAYS = (
    *(0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400),
    *(545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
_NAME_RULE = "the API has no rename"


class LogGroup(AwsKind):
    """ID: the group's name."""

    resource_type = "aws:cloudwatch/logGroup:LogGroup"
    source = "terraform-provider-aws v6, internal/service/logs/group.go"
    replaced: ClassVar = {"name": _NAME_RULE, "namePrefix": _NAME_RULE, "logGroupClass": "chosen at creation only"}
    updated = frozenset({"kmsKeyId", "retentionInDays", "tags"})
    defaults: ClassVar = {"retentionInDays": 0, "skipDestroy": False}
    filled = frozenset({"region", "name", "namePrefix", "logGroupClass"})
    kept = frozenset({"skipDestroy", "namePrefix"})
    checked: ClassVar = {
        "logGroupClass": validity.among("STANDARD", "INFREQUENT_ACCESS", "DELIVERY"),
        "name": validity.spelled(_NAME_CHARACTERS, 512),
        "namePrefix": validity.spelled(_NAME_CHARACTERS, 486),
        "retentionInDays": validity.among(*_DAYS),
    }
    unserved: ClassVar = {"deletionProtectionEnabled": "the emulator (moto 5.2.5) does not keep it. Leave it out"}

    @override
    def create(self, aws: Emulator, inputs: Props) -> Created:
        name = unique.name(inputs)
        aws.call(
            "logs",
            "create_log_group",
            logGroupName=name,
            logGroupClass=inputs.get("logGroupClass"),
            kmsKeyId=inputs.get("kmsKeyId"),
            tags=texts(inputs["tagsAll"]) or None,
        )
        try:
            _retain(aws, name, inputs)
        except Exception:
            # The engine does not learn of a group that was made and then failed: it must not stay.
            aws.call("logs", "delete_log_group", logGroupName=name)
            raise
        return Created(name)

    @override
    def read(self, aws: Emulator, identity: str, state: Props) -> Props | None:
        groups = aws.call("logs", "describe_log_groups", logGroupNamePrefix=identity)["logGroups"]
        # The API finds by prefix; the exact name sorts first among its own prefix's.
        matches = [group for group in groups if group["logGroupName"] == identity]
        if not matches:
            return None
        arn = str(matches[0]["arn"]).removesuffix(":*")
        tagged = aws.call("logs", "list_tags_for_resource", resourceArn=arn)["tags"]
        return {
            "arn": arn,
            "kmsKeyId": matches[0].get("kmsKeyId"),
            "logGroupClass": matches[0].get("logGroupClass"),
            "name": identity,
            "retentionInDays": matches[0].get("retentionInDays", 0),
            "tagsAll": {str(key): str(value) for key, value in tagged.items()},
        }

    @override
    def update(self, aws: Emulator, identity: str, before: Props, after: Props) -> None:
        if before.get("retentionInDays") != after.get("retentionInDays"):
            _retain(aws, identity, after)
        key = after.get("kmsKeyId")
        if key and key != before.get("kmsKeyId"):
            aws.call("logs", "associate_kms_key", logGroupName=identity, kmsKeyId=key)
        elif before.get("kmsKeyId") and not key:
            aws.call("logs", "disassociate_kms_key", logGroupName=identity)
        arn = text(before, "arn")
        to_set, to_remove = tags.changed(texts(before.get("tagsAll")), texts(after["tagsAll"]))
        if to_set:
            aws.call("logs", "tag_resource", resourceArn=arn, tags=to_set)
        if to_remove:
            aws.call("logs", "untag_resource", resourceArn=arn, tagKeys=to_remove)

    @override
    def delete(self, aws: Emulator, identity: str, state: Props) -> None:
        if state.get("skipDestroy") is not True:
            aws.find("logs", "delete_log_group", _GONE, logGroupName=identity)


def _retain(aws: Emulator, name: str, inputs: Props) -> None:
    """0 days means for ever, which the API expresses by no policy at all."""
    days = inputs.get("retentionInDays")
    if days:
        aws.call("logs", "put_retention_policy", logGroupName=name, retentionInDays=days)
    else:
        aws.find("logs", "delete_retention_policy", _GONE, logGroupName=name)
