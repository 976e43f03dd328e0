"""Which Prefect server an environment has, and the login for it: the process's environment wins over the stack file."""

import os
from collections.abc import Mapping
from typing import Any, cast

import pydantic

from flowstacks.core import urls
from flowstacks.stack import config_value
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import SECRET


def api_url(config: Config) -> str | None:
    """The server's API; `PREFECT_API_URL` in the environment wins over the stack file."""
    return os.environ.get("PREFECT_API_URL") or config.prefect.api_url


def api_key(config: Config) -> str | None:
    """As `api_url`, for `PREFECT_API_KEY`; the stack file's is for the stack file's server only.

    None where it is encrypted and was not decrypted.
    """
    return os.environ.get("PREFECT_API_KEY") or _for_own_server(config, config.prefect.api_key)


def auth_string(config: Config) -> str | None:
    """As `api_key`, for `PREFECT_API_AUTH_STRING`."""
    return os.environ.get("PREFECT_API_AUTH_STRING") or _for_own_server(config, config.prefect.auth_string)


def plain_logins(section: Any) -> list[str]:
    """Fields of `flowstacks:prefect` that give a login in plain text; `section` as the stack file has it.

    `SECRET` replaces what is encrypted there. A section that is no mapping, or JSON text of one, has no fields.
    Raises `UnusableError` as `config_value.decoded` does.
    """
    fields = config_value.decoded(section)
    if not isinstance(fields, Mapping):
        return []
    values = cast("Mapping[str, Any]", fields)
    logins = [field for field in ("api_key", "auth_string") if values.get(field) not in (None, "", SECRET)]
    return [*logins, *(["api_url"] if urls.holds_login(str(values.get("api_url") or "")) else [])]


def _for_own_server(config: Config, login: pydantic.SecretStr | None) -> str | None:
    if login is None or api_url(config) != config.prefect.api_url:
        return None
    value = login.get_secret_value()
    return None if value == SECRET else value
