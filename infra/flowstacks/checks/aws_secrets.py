"""Secrets that AWS would not let us make: somebody else's, and those that wait for their deletion. Read-only.

A deleted secret keeps its name until its recovery window is over
(https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from flowstacks.aws.names import OWNER_TAG, Names
from flowstacks.core import problem
from flowstacks.core.problem import Place
from flowstacks.provider import owners


class Existing(NamedTuple):
    """`until`: the day on which AWS deletes it, None where it is in use."""

    name: str
    tags: Mapping[str, str]
    until: str | None


def existing(client: Any, names: Names) -> list[Existing]:
    """Everything under the environment's prefix; `client`: boto3's of Secrets Manager, which has no types."""
    pages = client.get_paginator("list_secrets").paginate(
        IncludePlannedDeletion=True, Filters=[{"Key": "name", "Values": [names.secret("")]}]
    )
    return [
        Existing(
            name=one["Name"],
            tags={tag["Key"]: tag["Value"] for tag in one.get("Tags", [])},
            until=f"{one['DeletedDate']:%Y-%m-%d}" if "DeletedDate" in one else None,
        )
        for page in pages
        for one in page["SecretList"]
    ]


def check(
    found: Sequence[Existing], wanted: Sequence[str], names: Names, owner: str, place: Place
) -> Iterator[problem.Problem]:
    """`wanted`: as declarations name them, without those that somebody else keeps; `place`: where the prefix stands."""
    there = {one.name: one for one in found}
    for short in wanted:
        name = names.secret(short)
        one = there.get(name)
        if one and one.until:
            yield problem.error("secret-waits", place, f"secret {name!r} is deleted, and AWS keeps its name until "
                f"{one.until}", _remedy(short, name))  # fmt: skip
        elif one and not owners.is_same(one.tags.get(OWNER_TAG), owner):
            yield problem.error("taken", place, f"secret {name!r} exists in AWS and is not ours",
                f"Name it as it is, flowstacks:secrets: {{{short}: {{arn: …}}}}; or delete it there")  # fmt: skip


def _remedy(short: str, name: str) -> str:
    return (
        f"Run `aws secretsmanager restore-secret --secret-id {name}` and name its ARN, flowstacks:secrets.{short}.arn; "
        f"or let its value go: `aws secretsmanager delete-secret --force-delete-without-recovery --secret-id {name}`"
    )
