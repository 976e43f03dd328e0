"""Where an environment's images are: one repository in its account's registry, or in the embedded default's."""

import os

from infra import config
from infra.config import Config
from infra.provider.images import endpoint
from infra.provider.images.repository import Repository
from infra.provider.transport import Patience

_ENDPOINT = "AWS_ENDPOINT_URL"


def name(settings: Config) -> str:
    """Of the repository; the program gives it to ECR under the same name (`infra.aws.scope`)."""
    return f"{settings.aws.prefix}-{settings.environment}"


def repository(settings: Config, patience: Patience | None = None) -> Repository:
    """A client of it. Raises `infra.provider.errors.ProviderError` where AWS gives no login."""
    return Repository(endpoint.of_account(settings.region), name(settings), patience)


def is_embedded() -> bool:
    """Whether a registry on loopback stands for ECR."""
    return endpoint.substitute() is not None


def is_absent() -> bool:
    """Whether AWS is an emulator and no registry stands beside it: then images can't be looked at."""
    return not is_embedded() and config.is_loopback(os.environ.get(_ENDPOINT, ""))
