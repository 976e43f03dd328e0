"""AWS objects under our names that somebody else made. Read-only.

Some would be taken over without a word: CreateCluster answers with the cluster that is there
(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html). Others would stop an `up` half way.
"""

import importlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flowstacks.aws.names import OWNER_TAG, Names, of_config
from flowstacks.checks import aws_secrets
from flowstacks.core import problem, urls
from flowstacks.core.errors import ServerError
from flowstacks.core.problem import Place
from flowstacks.provider import owners
from flowstacks.stack.config import Config

# boto3 has no types and makes its clients from data files at run time; imported on use, for it takes 0.7 s.
Client = Callable[[str], Any]
Tags = Mapping[str, str]

_ENDPOINT = "AWS_ENDPOINT_URL"


def check(settings: Config, owner: str, secrets: Sequence[str], place: Place) -> list[problem.Problem]:
    """One error for each taken name.

    `secrets`: those to be made, as declarations name them; `place`: where the prefix stands. Raises `ServerError` where
    AWS refuses.
    """
    errors: Any = importlib.import_module("botocore.exceptions")
    names = of_config(settings)
    client = _clients(settings)
    try:
        found = [(what, name, tags) for what, name, tags in existing(client, names) if _other(tags, owner)]
        kept = aws_secrets.existing(client("secretsmanager"), names) if secrets else []
    except (errors.BotoCoreError, errors.ClientError) as refused:
        raise ServerError(f"AWS in {settings.region}: {refused}. {_remedy()}") from refused
    taken = [
        problem.error(
            "taken", place, f"{what} {name!r} exists in AWS and {_whose(tags)}",
            "Set another flowstacks:aws.prefix, or delete it there; nothing takes it over",
        )
        for what, name, tags in found
    ]  # fmt: skip
    return [*taken, *aws_secrets.check(kept, secrets, names, owner, place)]


def _remedy() -> str:
    if urls.is_loopback(os.environ.get(_ENDPOINT, "")):
        return "It is the emulator on this machine: is it up? Start it with `make up STACK=…`"
    return "Log in to AWS, or `. .local/env` for the embedded default"


def existing(client: Client, names: Names) -> Iterator[tuple[str, str, Tags]]:
    """What is there under names of ours, and its tags."""
    for what, look, name in (
        ("ECS cluster", _cluster, names.name),
        ("ECR repository", _repository, names.name),
        ("IAM role", _role, names.role("execution")),
        ("IAM role", _role, names.role("task")),
        ("IAM role", _role, names.role("worker")),
        ("log group", _log_group, names.log_group),
    ):
        tags = look(client, name)
        if tags is not None:
            yield what, name, tags


def _clients(settings: Config) -> Client:
    boto3: Any = importlib.import_module("boto3.session")
    return boto3.Session(region_name=settings.region).client


def _other(tags: Tags, owner: str) -> bool:
    return not owners.is_same(tags.get(OWNER_TAG), owner)


def _whose(tags: Tags) -> str:
    owner = tags.get(OWNER_TAG)
    return f"belongs to {owner}" if owner else "is not ours: somebody else made it"


def _cluster(client: Client, name: str) -> Tags | None:
    found = client("ecs").describe_clusters(clusters=[name], include=["TAGS"])["clusters"]
    # A deleted cluster stays listed for a while.
    alive = [one for one in found if one["status"] != "INACTIVE"]
    return _tags(alive[0].get("tags", []), "key", "value") if alive else None


def _repository(client: Client, name: str) -> Tags | None:
    ecr = client("ecr")
    try:
        found = ecr.describe_repositories(repositoryNames=[name])["repositories"]
    except ecr.exceptions.RepositoryNotFoundException:
        return None
    return _tags(ecr.list_tags_for_resource(resourceArn=found[0]["repositoryArn"])["tags"], "Key", "Value")


def _role(client: Client, name: str) -> Tags | None:
    iam = client("iam")
    try:
        return _tags(iam.list_role_tags(RoleName=name)["Tags"], "Key", "Value")
    except iam.exceptions.NoSuchEntityException:
        return None


def _log_group(client: Client, name: str) -> Tags | None:
    logs = client("logs")
    found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    arn = next((one["arn"].removesuffix(":*") for one in found if one["logGroupName"] == name), None)
    return logs.list_tags_for_resource(resourceArn=arn)["tags"] if arn else None


def _tags(pairs: list[dict[str, str]], key: str, value: str) -> Tags:
    return {pair[key]: pair[value] for pair in pairs}
