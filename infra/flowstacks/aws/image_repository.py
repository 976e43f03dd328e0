"""The environment's ECR repository. Images are told apart by tags: one repository can be filled before any release."""

import json

import pulumi
import pulumi_aws as aws

from flowstacks.aws.scope import Scope

MOVING_TAGS = ("pin-*", "tree-*")
"""`pin-…` follows what the environment runs, `tree-…` the newest build of a content; every other tag is immutable."""

_NO_LIMIT = 9999


def lifecycle_policy(image_days: int) -> str:
    """What the environment runs stays; everything else goes `image_days` after its push.

    An image that a rule's tags match is out of reach for rules of a lower priority, so the first rule protects
    (https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html, "evaluation rules").
    """
    pinned: dict[str, object] = {
        "tagStatus": "tagged",
        "tagPrefixList": ["pin-"],
        "countType": "imageCountMoreThan",
        "countNumber": _NO_LIMIT,
    }
    old: dict[str, object] = {
        "tagStatus": "any",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": image_days,
    }
    return json.dumps(
        {
            "rules": [
                _rule(1, "Keep what the environment runs", pinned),
                _rule(2, f"Expire what no release pins, {image_days} days after its push", old),
            ]
        }
    )


def _rule(priority: int, description: str, selection: dict[str, object]) -> dict[str, object]:
    return {
        "rulePriority": priority,
        "description": description,
        "selection": selection,
        "action": {"type": "expire"},
    }


def declare_repository(scope: Scope, image_days: int) -> aws.ecr.Repository:
    """The repository and its policy. A destroy takes the images along: each can be built again from its commit."""
    repository = aws.ecr.Repository(
        "images",
        name=scope.name,
        image_tag_mutability="IMMUTABLE_WITH_EXCLUSION",
        image_tag_mutability_exclusion_filters=[{"filter": tag, "filter_type": "WILDCARD"} for tag in MOVING_TAGS],
        image_scanning_configuration={"scan_on_push": True},
        force_delete=True,
        tags=scope.tags,
        opts=scope.opts,
    )
    # A changed policy is a new resource for the provider, and a repository has one: the old one goes first, or the
    # delete would take the new one away.
    alone = pulumi.ResourceOptions.merge(scope.opts, pulumi.ResourceOptions(delete_before_replace=True))
    aws.ecr.LifecyclePolicy("images", repository=repository.name, policy=lifecycle_policy(image_days), opts=alone)
    return repository
