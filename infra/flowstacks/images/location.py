"""Where an environment's images are: one repository in the registry of its account or of the embedded default."""

from flowstacks.aws import names
from flowstacks.provider.errors import SettingsError
from flowstacks.provider.http.transport import Patience
from flowstacks.provider.images import endpoint
from flowstacks.provider.images.repository import RegistryRepository
from flowstacks.stack.config import Config


def name(settings: Config) -> str:
    """The repository's name, in ECR and in its substitute."""
    return names.of_config(settings).name


def repository(settings: Config, patience: Patience | None = None) -> RegistryRepository:
    """A client of the environment's repository.

    Raises `flowstacks.provider.errors.ProviderError` where AWS gives no login, or one for another account than
    `flowstacks:aws.account`.
    """
    server = endpoint.of_account(settings.region)
    account = settings.aws.account
    if account and not is_embedded() and endpoint.host(server).partition(".")[0] != account:
        raise SettingsError(
            f"These AWS credentials are for the registry {endpoint.host(server)}, not for account {account}. "
            "Log in to the account that flowstacks:aws.account names."
        )
    return RegistryRepository(server, name(settings), patience)


def source(origin: Config, settings: Config, patience: Patience | None = None) -> RegistryRepository:
    """The repository of the environment that a release comes from; its account and region may be others.

    Raises as `repository`.
    """
    if is_embedded():
        return RegistryRepository(endpoint.of_account(None), name(origin), patience)
    own = endpoint.host(endpoint.of_account(settings.region))
    account, _, domain = own.partition(".")
    origin_domain = domain.replace(f".{settings.region}.", f".{origin.region}.")
    host = f"{origin.aws.account or account}.{origin_domain}"
    return RegistryRepository(endpoint.of_url(f"{host}/{name(origin)}", origin.region), name(origin), patience)


def is_embedded() -> bool:
    """Whether a registry on loopback takes the place of ECR."""
    return endpoint.substitute() is not None


def is_absent() -> bool:
    """Whether AWS is an emulator without a registry: then images can't be looked up."""
    return endpoint.is_absent()
