"""Settings of `aws.Provider`: the real one's names; served are those that an emulator on loopback needs."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Self

import pydantic
from pydantic.alias_generators import to_camel

from flowstacks.aws_plugin.errors import RefusedError
from flowstacks.aws_plugin.properties import schema
from flowstacks.aws_plugin.properties.values import Plain
from flowstacks.aws_plugin.session import Emulator
from flowstacks.core import suggestion, urls

_ENGINES_OWN = frozenset({"version", "pluginDownloadURL", "__internal"})
"""Added by the engine or the SDK to any provider's inputs."""


def _decoded(value: Any) -> Any:
    """Nested settings reach a provider as JSON texts (pulumi's provider protocol, `Configure`)."""
    return json.loads(value) if isinstance(value, str) else value


class _DefaultTags(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    tags: dict[str, str] = {}


class PluginSettings(pydantic.BaseModel):
    """What the stand-in serves. The `skip…` switches change nothing here: it never asks anything but the endpoints."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)

    region: str
    """Of every resource that names none of its own."""

    access_key: str
    """Any text: an emulator checks no credentials."""

    secret_key: str
    """As `access_key`."""

    endpoints: Annotated[tuple[dict[str, str], ...], pydantic.BeforeValidator(_decoded)]
    """Service → URL on loopback, in any number of maps."""

    default_tags: Annotated[_DefaultTags, pydantic.BeforeValidator(_decoded)] = _DefaultTags()
    """Added to every resource that has tags."""

    skip_credentials_validation: bool = False
    """No effect."""

    skip_requesting_account_id: bool = False
    """No effect."""

    skip_metadata_api_check: bool = False
    """No effect."""

    skip_region_validation: bool = False
    """No effect."""

    s3_use_path_style: Annotated[bool, pydantic.Field(alias="s3UsePathStyle")] = False
    """No effect: no type of S3 is served."""

    @pydantic.model_validator(mode="after")
    def _on_loopback(self) -> Self:
        for endpoints in self.endpoints:
            for service, url in endpoints.items():
                if not urls.is_loopback(url):
                    raise ValueError(
                        f"endpoint {url} of {service} is not on this machine. The stand-in serves only an emulator on "
                        "loopback; install the real AWS plugin for anything else"
                    )
        return self

    def aws(self) -> Emulator:
        """To call with. The provider's `endpoints` is a list of maps; later ones win."""
        endpoints = {service: url for endpoints in self.endpoints for service, url in endpoints.items()}
        return Emulator(self.region, self.access_key, self.secret_key, endpoints, self.default_tags.tags)


def parse(inputs: Mapping[str, Plain]) -> PluginSettings:
    """Raises `RefusedError` with every problem: unknown, missing or unserved settings, an endpoint off loopback."""
    props = {name: value for name, value in inputs.items() if name not in _ENGINES_OWN}
    problems = [*_unknown(props), *_unserved(props)]
    if not problems:
        try:
            return PluginSettings.model_validate(props)
        except pydantic.ValidationError as invalid:
            problems = [_worded(error) for error in invalid.errors(include_input=False, include_url=False)]
    raise RefusedError(" ".join(problems))


def _unknown(props: Mapping[str, Plain]) -> list[str]:
    settings = schema.provider_inputs()
    return [
        f"aws.Provider has no setting {name!r}. {suggestion.closest(name, settings)}"
        for name in props
        if name not in settings
    ]


def _unserved(props: Mapping[str, Plain]) -> list[str]:
    served = {field.alias for field in PluginSettings.model_fields.values()}
    settings = schema.provider_inputs()
    return [
        f"The stand-in for the AWS plugin does not serve {name!r}. Leave it out, or install the real plugin."
        for name in props
        if name in settings and name not in served
    ]


def _worded(error: Mapping[str, Any]) -> str:
    where = ".".join(str(step) for step in error["loc"])
    if error["type"] == "missing":
        return f"aws.Provider lacks {where!r}, which the stand-in needs. Set it explicitly."
    return f"{where + ': ' if where else ''}{error['msg'].removeprefix('Value error, ')}."
