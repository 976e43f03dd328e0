"""Elastic Container Registry."""

import json
from typing import ClassVar, cast

from typing_extensions import override

from flowstacks.aws_plugin.kind import AwsKind, Created
from flowstacks.aws_plugin.properties import equality, tags, validity
from flowstacks.aws_plugin.properties.values import Plain, Props, text, texts
from flowstacks.aws_plugin.session import Answer, Emulator

_GONE = frozenset({"RepositoryNotFoundException"})


class EcrRepository(AwsKind):
    """ID: the repository's name."""

    resource_type = "aws:ecr/repository:Repository"
    source = "terraform-provider-aws v6, internal/service/ecr/repository.go"
    replaced: ClassVar = {
        "name": "the API has no rename",
        "encryptionConfigurations": "encryption is chosen at creation only",
    }
    updated = frozenset(
        {"imageScanningConfiguration", "imageTagMutability", "imageTagMutabilityExclusionFilters", "tags"}
    )
    defaults: ClassVar = {"imageTagMutability": "MUTABLE"}
    filled = frozenset({"region", "encryptionConfigurations", "imageScanningConfiguration"})
    kept = frozenset({"forceDelete"})
    checked: ClassVar = {
        "imageTagMutability": validity.among(
            "MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"
        ),
        "imageTagMutabilityExclusionFilters.filter": validity.spelled("a-zA-Z0-9._*-", 128),
        "imageTagMutabilityExclusionFilters.filterType": validity.among("WILDCARD"),
    }

    @override
    def create(self, aws: Emulator, inputs: Props) -> Created:
        encryption = inputs.get("encryptionConfigurations")
        answer = aws.call(
            "ecr",
            "create_repository",
            repositoryName=inputs["name"],
            imageTagMutability=inputs.get("imageTagMutability"),
            imageTagMutabilityExclusionFilters=inputs.get("imageTagMutabilityExclusionFilters"),
            imageScanningConfiguration=inputs.get("imageScanningConfiguration"),
            encryptionConfiguration=encryption[0] if isinstance(encryption, list) and encryption else None,
            tags=tags.pairs(texts(inputs["tagsAll"])),
        )
        return Created(answer["repository"]["repositoryName"])

    @override
    def read(self, aws: Emulator, identity: str, state: Props) -> Props | None:
        answer = aws.find("ecr", "describe_repositories", _GONE, repositoryNames=[identity])
        if answer is None:
            return None
        repository = answer["repositories"][0]
        tagged = aws.call("ecr", "list_tags_for_resource", resourceArn=repository["repositoryArn"])
        return {**_repository(repository), "tagsAll": tags.mapping(tagged["tags"])}

    @override
    def update(self, aws: Emulator, identity: str, before: Props, after: Props) -> None:
        if not _same(before, after, "imageTagMutability", "imageTagMutabilityExclusionFilters"):
            aws.call(
                "ecr",
                "put_image_tag_mutability",
                repositoryName=identity,
                imageTagMutability=after.get("imageTagMutability"),
                imageTagMutabilityExclusionFilters=after.get("imageTagMutabilityExclusionFilters"),
            )
        scanning = after.get("imageScanningConfiguration")
        if scanning and scanning != before.get("imageScanningConfiguration"):
            aws.call(
                "ecr",
                "put_image_scanning_configuration",
                repositoryName=identity,
                imageScanningConfiguration=scanning,
            )
        to_set, to_remove = tags.changed(texts(before.get("tagsAll")), texts(after["tagsAll"]))
        if to_set:
            aws.call("ecr", "tag_resource", resourceArn=before["arn"], tags=tags.pairs(to_set))
        if to_remove:
            aws.call("ecr", "untag_resource", resourceArn=before["arn"], tagKeys=to_remove)

    @override
    def delete(self, aws: Emulator, identity: str, state: Props) -> None:
        aws.find("ecr", "delete_repository", _GONE, repositoryName=identity, force=state.get("forceDelete") is True)


class LifecyclePolicy(AwsKind):
    """ID: the repository's name. A repository has one policy."""

    resource_type = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
    source = "terraform-provider-aws v6, internal/service/ecr/lifecycle_policy.go; pulumi-aws, provider/resources.go"
    replaced: ClassVar = {
        "repository": "part of the identity",
        "policy": "ForceNew: the real plugin has no update for it (issue hashicorp/terraform-provider-aws#49624)",
    }
    equal: ClassVar = {"policy": equality.same_policy}
    named = False
    tagged = False
    delete_before_replace = True

    @override
    def create(self, aws: Emulator, inputs: Props) -> Created:
        repository = text(inputs, "repository")
        policy = json.dumps(equality.json_text(inputs["policy"]))
        aws.call("ecr", "put_lifecycle_policy", repositoryName=repository, lifecyclePolicyText=policy)
        return Created(repository)

    @override
    def read(self, aws: Emulator, identity: str, state: Props) -> Props | None:
        gone = _GONE | {"LifecyclePolicyNotFoundException"}
        answer = aws.find("ecr", "get_lifecycle_policy", gone, repositoryName=identity)
        if answer is None:
            return None
        return {
            "policy": answer["lifecyclePolicyText"],
            "registryId": answer["registryId"],
            "repository": answer["repositoryName"],
        }

    @override
    def update(self, aws: Emulator, identity: str, before: Props, after: Props) -> None:
        raise AssertionError("every change of a lifecycle policy replaces it")

    @override
    def delete(self, aws: Emulator, identity: str, state: Props) -> None:
        gone = _GONE | {"LifecyclePolicyNotFoundException"}
        aws.find("ecr", "delete_lifecycle_policy", gone, repositoryName=identity)


def _repository(repository: Answer) -> Props:
    encryption = repository.get("encryptionConfiguration")
    return {
        "arn": repository["repositoryArn"],
        "encryptionConfigurations": [encryption] if encryption else [],
        "imageScanningConfiguration": repository.get("imageScanningConfiguration"),
        "imageTagMutability": repository.get("imageTagMutability"),
        "imageTagMutabilityExclusionFilters": cast("Plain", repository.get("imageTagMutabilityExclusionFilters")),
        "name": repository["repositoryName"],
        "registryId": repository["registryId"],
        "repositoryUrl": repository["repositoryUri"],
    }


def _same(before: Props, after: Props, *names: str) -> bool:
    return all(before.get(name) == after.get(name) for name in names)
