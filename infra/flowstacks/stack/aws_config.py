"""What an `ecs` environment has in AWS: names, the account, images, the worker, permissions of flows."""

import re
from typing import Annotated, Any

import pydantic

from flowstacks.core.model import Model
from flowstacks.stack.config_value import Flag

_ACCOUNT = re.compile(r"[0-9]{12}")


def _checked_account(account: Any) -> Any:
    """An account's 12 digits as text; `pulumi config set --path` writes them as a number."""
    digits = str(account) if isinstance(account, int) and not isinstance(account, bool) else account
    if isinstance(digits, str) and _ACCOUNT.fullmatch(digits):
        return digits
    if isinstance(account, int):
        raise ValueError(  # noqa: TRY004 - pydantic reports a ValueError at its place, a TypeError it passes on
            "an AWS account is 12 digits, and a number loses its leading zeros; write all 12, in quotes"
        )
    raise ValueError('an AWS account is 12 digits, in quotes: "012345678901"')


class Statement(Model):
    """One `Allow` of an IAM policy."""

    actions: Annotated[tuple[str, ...], pydantic.Field(min_length=1)]
    resources: Annotated[tuple[str, ...], pydantic.Field(min_length=1)]


class AwsConfig(Model):
    """Names, limits and permissions of what the environment has in AWS."""

    prefix: Annotated[str, pydantic.StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=20)] = (
        "flowstacks"
    )
    """Beginning of the name of every AWS object."""
    account: Annotated[str, pydantic.BeforeValidator(_checked_account)] | None = None
    """The 12 digits of the only account that may be touched; unset, the account of the login."""
    log_retention_days: int = 90
    """Days that the logs of tasks are kept; CloudWatch Logs takes certain numbers only."""
    image_days: Annotated[int, pydantic.Field(ge=1)] = 90
    """Days that an image is kept which no release pins."""
    task_statements: tuple[Statement, ...] = ()
    """What flows may do in AWS; without any, nothing."""


class Images(Model):
    """How images come to be."""

    base: str | None = None
    """Image that those of projects without a Dockerfile start from; unset, they can't be built."""
    build: Flag = False
    """Whether `pulumi up` may build an image that is missing."""


class Worker(Model):
    """The ECS service that runs the environment's Prefect worker."""

    image: str
    """Image reference, with `prefect-aws` in it."""
    cpu: int = 512
    """CPU units, 1024 of which are one vCPU."""
    memory: int = 1024
    """MiB."""
    count: Annotated[int, pydantic.Field(ge=0)] = 1
    """Tasks of the service; 0 stops the worker."""
