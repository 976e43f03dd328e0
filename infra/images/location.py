"""Where an environment's images are: one repository in its account's registry, or in the embedded default's."""

from infra.aws.names import Names
from infra.config import Config
from infra.provider.errors import SettingsError
from infra.provider.images import endpoint
from infra.provider.images.repository import Repository
from infra.provider.transport import Patience


def name(settings: Config) -> str:
    """Of the repository; the program gives it to ECR under the same name (`infra.aws.registry`)."""
    return Names(prefix=settings.aws.prefix, environment=settings.environment).name


def repository(settings: Config, patience: Patience | None = None) -> Repository:
    """A client of it.

    Raises `infra.provider.errors.ProviderError` where AWS gives no login, or one for another account than
    `flowstacks:aws.account`.
    """
    server = endpoint.of_account(settings.region)
    account = settings.aws.account
    if account and not is_embedded() and endpoint.host(server).partition(".")[0] != account:
        raise SettingsError(
            f"These AWS credentials are for the registry {endpoint.host(server)}, not for account {account}. "
            "Log in to the account that flowstacks:aws.account names."
        )
    return Repository(server, name(settings), patience)


def is_embedded() -> bool:
    """Whether a registry on loopback stands for ECR."""
    return endpoint.substitute() is not None


def is_absent() -> bool:
    """Whether AWS is an emulator and no registry stands beside it: then images can't be looked at."""
    return endpoint.is_absent()
