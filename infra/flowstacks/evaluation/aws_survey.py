"""Which objects AWS has under the names that an environment wants. Read-only."""

import importlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flowstacks.aws.names import OWNER_TAG, Names, of_config
from flowstacks.checks.facts import AwsFacts, AwsObject, AwsSecret
from flowstacks.core import urls
from flowstacks.core.errors import ServerError
from flowstacks.core.problem import Place
from flowstacks.stack.config import Config

# boto3 has no types and makes its clients from data files at run time; imported on use, for it takes 0.7 s.
Client = Callable[[str], Any]
Tags = Mapping[str, str]

_ENDPOINT = "AWS_ENDPOINT_URL"


def survey(settings: Config, owner: str, secret_names: Sequence[str], place: Place) -> AwsFacts:
    """Ask AWS.

    `secret_names`: secrets to be made, as declarations name them; `place`: where the prefix is written. Raises
    `ServerError` where AWS refuses.
    """
    errors: Any = importlib.import_module("botocore.exceptions")
    boto3: Any = importlib.import_module("boto3.session")
    names = of_config(settings)
    client: Client = boto3.Session(region_name=settings.region).client
    try:
        return AwsFacts(
            config=settings,
            owner=owner,
            names=names,
            objects=list(_objects(client, names)),
            secrets=_secrets(client("secretsmanager"), names) if secret_names else [],
            secret_names=secret_names,
            place=place,
        )
    except (errors.BotoCoreError, errors.ClientError) as refusal:
        raise ServerError(f"AWS in {settings.region}: {refusal}. {_remedy()}") from refusal


def _remedy() -> str:
    if urls.is_loopback(os.environ.get(_ENDPOINT, "")):
        return "It is the emulator on this machine: is it up? Start it with `make up STACK=…`"
    return "Log in to AWS, or `. .local/env` for the embedded default"


def _objects(client: Client, names: Names) -> Iterator[AwsObject]:
    for noun, read_tags, name in (
        ("ECS cluster", _cluster, names.name),
        ("ECR repository", _repository, names.name),
        ("IAM role", _role, names.role("execution")),
        ("IAM role", _role, names.role("task")),
        ("IAM role", _role, names.role("worker")),
        ("log group", _log_group, names.log_group),
    ):
        tags = read_tags(client, name)
        if tags is not None:
            yield AwsObject(noun=noun, name=name, owner=tags.get(OWNER_TAG))


def _secrets(client: Any, names: Names) -> list[AwsSecret]:
    """Everything under the environment's prefix, also what waits for its deletion."""
    pages = client.get_paginator("list_secrets").paginate(
        IncludePlannedDeletion=True, Filters=[{"Key": "name", "Values": [names.secret("")]}]
    )
    return [
        AwsSecret(
            name=entry["Name"],
            tags=_tags(entry.get("Tags", []), "Key", "Value"),
            until=f"{entry['DeletedDate']:%Y-%m-%d}" if "DeletedDate" in entry else None,
        )
        for page in pages
        for entry in page["SecretList"]
    ]


def _cluster(client: Client, name: str) -> Tags | None:
    clusters = client("ecs").describe_clusters(clusters=[name], include=["TAGS"])["clusters"]
    # A deleted cluster stays listed for a while.
    active = [cluster for cluster in clusters if cluster["status"] != "INACTIVE"]
    return _tags(active[0].get("tags", []), "key", "value") if active else None


def _repository(client: Client, name: str) -> Tags | None:
    ecr = client("ecr")
    try:
        (repository,) = ecr.describe_repositories(repositoryNames=[name])["repositories"]
    except ecr.exceptions.RepositoryNotFoundException:
        return None
    return _tags(ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"], "Key", "Value")


def _role(client: Client, name: str) -> Tags | None:
    iam = client("iam")
    try:
        return _tags(iam.list_role_tags(RoleName=name)["Tags"], "Key", "Value")
    except iam.exceptions.NoSuchEntityException:
        return None


def _log_group(client: Client, name: str) -> Tags | None:
    logs = client("logs")
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    arn = next((group["arn"].removesuffix(":*") for group in groups if group["logGroupName"] == name), None)
    return logs.list_tags_for_resource(resourceArn=arn)["tags"] if arn else None


def _tags(pairs: Sequence[Mapping[str, str]], key: str, value: str) -> Tags:
    return {pair[key]: pair[value] for pair in pairs}
