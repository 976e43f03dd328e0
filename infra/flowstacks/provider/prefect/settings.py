"""Where the server is and how to get in: environment before stack config, as Prefect's own tools do it."""

import os
from collections.abc import Mapping
from typing import Annotated

import pydantic

from flowstacks.provider.errors import SettingsError
from flowstacks.provider.model import ProviderModel

API_URL = "PREFECT_API_URL"
API_KEY = "PREFECT_API_KEY"
AUTH_STRING = "PREFECT_API_AUTH_STRING"

Secret = Annotated[pydantic.SecretStr, pydantic.Field(strict=False)]


class ServerSettings(ProviderModel):
    """What was found. `api_url` ends in `/api`, or in Cloud's workspace path.

    `api_key` is Prefect Cloud's; `auth_string` (`user:password`) a self-hosted server's. Neither shows in a repr.
    """

    api_url: Annotated[str, pydantic.Field(pattern=r"^https?://[^\s]+$")]
    api_key: Secret | None = None
    auth_string: Secret | None = None


class _PrefectConfig(ProviderModel):
    """`flowstacks:prefect` as the stack has it; `api_key_secret` is for tasks on `ecs`, and the program's to read."""

    api_url: Annotated[str, pydantic.Field(pattern=r"^https?://[^\s]+$")] | None = None
    api_key: Secret | None = None
    auth_string: Secret | None = None
    api_key_secret: str | None = None


def read(config: str | None, environ: Mapping[str, str] = os.environ) -> ServerSettings:
    """`config` is the JSON text of `flowstacks:prefect`; the three environment variables win.

    A SettingsError where neither says the URL, or the JSON has unknown keys; it never repeats a value.
    """
    stack = _parse(config) if config else None
    url = environ.get(API_URL) or (stack.api_url if stack else None)
    if not url:
        raise SettingsError(
            f"No Prefect server is named. Set flowstacks:prefect.api_url in the stack file, or {API_URL}."
        )
    own = stack if stack and stack.api_url == url else None  # a key is for the server that is written beside it
    return ServerSettings(
        api_url=url.rstrip("/"),
        api_key=_secret(environ.get(API_KEY)) or (own.api_key if own else None),
        auth_string=_secret(environ.get(AUTH_STRING)) or (own.auth_string if own else None),
    )


def _parse(config: str) -> _PrefectConfig:
    try:
        return _PrefectConfig.model_validate_json(config)
    except pydantic.ValidationError as error:
        # The values may be secrets: only places and reasons are shown.
        reasons = "; ".join(
            f"{'.'.join(map(str, part['loc'])) or 'value'}: {part['msg']}" for part in error.errors(include_input=False)
        )
        raise SettingsError(f"flowstacks:prefect is wrong ({reasons}). Write {{api_url: …, api_key: …}}.") from None


def _secret(value: str | None) -> pydantic.SecretStr | None:
    return pydantic.SecretStr(value) if value else None
