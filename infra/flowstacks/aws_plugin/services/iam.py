"""Identity and Access Management. IAM is global: these types have no region."""

import json
from typing import Any, ClassVar

from typing_extensions import override

from flowstacks.aws_plugin.kind import AwsKind, Created
from flowstacks.aws_plugin.properties import equality, tags, unique, validity
from flowstacks.aws_plugin.properties.values import Plain, Props, strings, text, texts
from flowstacks.aws_plugin.session import Answer, Emulator

_GONE = frozenset({"NoSuchEntity", "NoSuchEntityException"})
_NAME_CHARACTERS = r"\w+=,.@-"
_NAME_RULE = "the API has no rename"


class Role(AwsKind):
    """ID: the role's name."""

    resource_type = "aws:iam/role:Role"
    source = "terraform-provider-aws v6, internal/service/iam/role.go"
    replaced: ClassVar = {"name": _NAME_RULE, "namePrefix": _NAME_RULE, "path": "part of the ARN"}
    updated = frozenset(
        {"assumeRolePolicy", "description", "managedPolicyArns", "maxSessionDuration", "permissionsBoundary", "tags"}
    )
    defaults: ClassVar = {"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"}
    filled = frozenset({"name", "namePrefix", "managedPolicyArns", "inlinePolicies"})
    kept = frozenset({"forceDetachPolicies", "namePrefix"})
    checked: ClassVar = {
        "description": validity.short(1000),
        "managedPolicyArns": validity.arn,
        "maxSessionDuration": validity.within(3600, 43200),
        "name": validity.spelled(_NAME_CHARACTERS, 64),
        "namePrefix": validity.spelled(_NAME_CHARACTERS, 38),
        "path": validity.short(512),
        "permissionsBoundary": validity.arn,
    }
    equal: ClassVar = {"assumeRolePolicy": equality.same_policy, "managedPolicyArns": equality.same_set}
    unserved: ClassVar = {"inlinePolicies": "deprecated by the real plugin. Use aws.iam.RolePolicy"}

    @override
    def create(self, aws: Emulator, inputs: Props) -> Created:
        name = unique.name(inputs)
        aws.call(
            "iam",
            "create_role",
            RoleName=name,
            AssumeRolePolicyDocument=_document(inputs["assumeRolePolicy"]),
            Path=inputs.get("path"),
            Description=inputs.get("description"),
            MaxSessionDuration=inputs.get("maxSessionDuration"),
            PermissionsBoundary=inputs.get("permissionsBoundary"),
            Tags=tags.pairs(texts(inputs["tagsAll"])),
        )
        try:
            _attach(aws, name, [], strings(inputs.get("managedPolicyArns")))
        except Exception:
            # The engine does not learn of a role that was made and then failed: it must not stay.
            self.delete(aws, name, {"forceDetachPolicies": True})
            raise
        return Created(name)

    @override
    def read(self, aws: Emulator, identity: str, state: Props) -> Props | None:
        answer = aws.find("iam", "get_role", _GONE, RoleName=identity)
        if answer is None:
            return None
        tagged = aws.call("iam", "list_role_tags", RoleName=identity)["Tags"]
        return {
            **_role(answer["Role"]),
            "managedPolicyArns": _attached(aws, identity),
            "tagsAll": tags.mapping(tagged),
        }

    @override
    def update(self, aws: Emulator, identity: str, before: Props, after: Props) -> None:
        if not self.means_same("assumeRolePolicy", before.get("assumeRolePolicy"), after["assumeRolePolicy"]):
            document = _document(after["assumeRolePolicy"])
            aws.call("iam", "update_assume_role_policy", RoleName=identity, PolicyDocument=document)
        if any(before.get(name) != after.get(name) for name in ("description", "maxSessionDuration")):
            aws.call(
                "iam",
                "update_role",
                RoleName=identity,
                Description=after.get("description") or "",
                MaxSessionDuration=after.get("maxSessionDuration"),
            )
        _bound(aws, identity, before.get("permissionsBoundary"), after.get("permissionsBoundary"))
        if "managedPolicyArns" in after:
            _attach(aws, identity, strings(before.get("managedPolicyArns")), strings(after["managedPolicyArns"]))
        to_set, to_remove = tags.changed(texts(before.get("tagsAll")), texts(after["tagsAll"]))
        if to_set:
            aws.call("iam", "tag_role", RoleName=identity, Tags=tags.pairs(to_set))
        if to_remove:
            aws.call("iam", "untag_role", RoleName=identity, TagKeys=to_remove)

    @override
    def delete(self, aws: Emulator, identity: str, state: Props) -> None:
        # As the real one: what the role itself was given goes with it; others' policies only by `forceDetachPolicies`.
        force = state.get("forceDetachPolicies") is True
        for arn in _attached(aws, identity) if force else strings(state.get("managedPolicyArns")):
            aws.find("iam", "detach_role_policy", _GONE, RoleName=identity, PolicyArn=arn)
        for name in _inline(aws, identity) if force else []:
            aws.find("iam", "delete_role_policy", _GONE, RoleName=identity, PolicyName=name)
        aws.find("iam", "delete_role", _GONE, RoleName=identity)


class RolePolicy(AwsKind):
    """ID: `role:policy`."""

    resource_type = "aws:iam/rolePolicy:RolePolicy"
    source = "terraform-provider-aws v6, internal/service/iam/role_policy.go"
    replaced: ClassVar = {"name": _NAME_RULE, "namePrefix": _NAME_RULE, "role": "part of the identity"}
    updated = frozenset({"policy"})
    filled = frozenset({"name", "namePrefix"})
    kept = frozenset({"namePrefix"})
    checked: ClassVar = {
        "name": validity.spelled(_NAME_CHARACTERS, 128),
        "namePrefix": validity.spelled(_NAME_CHARACTERS, 102),
    }
    equal: ClassVar = {"policy": equality.same_policy}
    tagged = False

    @override
    def create(self, aws: Emulator, inputs: Props) -> Created:
        role, name = text(inputs, "role"), unique.name(inputs)
        _put(aws, role, name, inputs["policy"])
        return Created(f"{role}:{name}")

    @override
    def read(self, aws: Emulator, identity: str, state: Props) -> Props | None:
        role, _, name = identity.partition(":")
        answer = aws.find("iam", "get_role_policy", _GONE, RoleName=role, PolicyName=name)
        if answer is None:
            return None
        return {"name": name, "policy": _text(answer["PolicyDocument"]), "role": role}

    @override
    def update(self, aws: Emulator, identity: str, before: Props, after: Props) -> None:
        role, _, name = identity.partition(":")
        _put(aws, role, name, after["policy"])

    @override
    def delete(self, aws: Emulator, identity: str, state: Props) -> None:
        role, _, name = identity.partition(":")
        aws.find("iam", "delete_role_policy", _GONE, RoleName=role, PolicyName=name)


def _role(role: Answer) -> Props:
    return {
        "arn": role["Arn"],
        "assumeRolePolicy": _text(role["AssumeRolePolicyDocument"]),
        "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "description": role.get("Description") or None,
        "maxSessionDuration": role.get("MaxSessionDuration"),
        "name": role["RoleName"],
        "path": role["Path"],
        "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "uniqueId": role["RoleId"],
    }


def _document(policy: Plain) -> str:
    return json.dumps(equality.json_text(policy))


def _text(document: Any) -> str:
    """boto3 decodes policies into objects; the SDK's properties are texts."""
    return document if isinstance(document, str) else json.dumps(document)


def _put(aws: Emulator, role: str, name: str, policy: Plain) -> None:
    aws.call("iam", "put_role_policy", RoleName=role, PolicyName=name, PolicyDocument=_document(policy))


def _inline(aws: Emulator, role: str) -> list[str]:
    answer = aws.find("iam", "list_role_policies", _GONE, RoleName=role)
    return list(answer["PolicyNames"]) if answer else []


def _attached(aws: Emulator, role: str) -> list[Plain]:
    answer = aws.find("iam", "list_attached_role_policies", _GONE, RoleName=role)
    return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]] if answer else []


def _attach(aws: Emulator, role: str, before: list[str], after: list[str]) -> None:
    for arn in sorted(set(before) - set(after)):
        aws.find("iam", "detach_role_policy", _GONE, RoleName=role, PolicyArn=arn)
    for arn in sorted(set(after) - set(before)):
        aws.call("iam", "attach_role_policy", RoleName=role, PolicyArn=arn)


def _bound(aws: Emulator, role: str, before: Plain, after: Plain) -> None:
    if after and after != before:
        aws.call("iam", "put_role_permissions_boundary", RoleName=role, PermissionsBoundary=after)
    elif before and not after:
        aws.call("iam", "delete_role_permissions_boundary", RoleName=role)
