"""Settings of `aws.Provider`: the real one's names; served are those that an emulator on loopback needs."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Self

import pydantic
from pydantic.alias_generators import to_camel

from flowstacks.aws_plugin import schema
from flowstacks.aws_plugin.errors import RefusedError
from flowstacks.aws_plugin.session import Emulator
from flowstacks.aws_plugin.values import Plain
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
    access_key: str
    secret_key: str
    endpoints: Annotated[tuple[dict[str, str], ...], pydantic.BeforeValidator(_decoded)]
    default_tags: Annotated[_DefaultTags, pydantic.BeforeValidator(_decoded)] = _DefaultTags()
    skip_credentials_validation: bool = False
    skip_requesting_account_id: bool = False
    skip_metadata_api_check: bool = False
    skip_region_validation: bool = False
    s3_use_path_style: Annotated[bool, pydantic.Field(alias="s3UsePathStyle")] = False

    @pydantic.model_validator(mode="after")
    def _on_loopback(self) -> Self:
        for one in self.endpoints:
            for service, url in one.items():
                if not urls.is_loopback(url):
                    raise ValueError(
                        f"endpoint {url} of {service} is not on this machine. The stand-in serves only an emulator on "
                        "loopback; install the real AWS plugin for anything else"
                    )
        return self

    def aws(self) -> Emulator:
        """To call with. The provider's `endpoints` is a list of maps; later ones win."""
        endpoints = {service: url for one in self.endpoints for service, url in one.items()}
        return Emulator(self.region, self.access_key, self.secret_key, endpoints, self.default_tags.tags)


def parse(inputs: Mapping[str, Plain]) -> PluginSettings:
    """Raises `RefusedError` with every problem: unknown, missing or unserved settings, an endpoint off loopback."""
    said = {name: value for name, value in inputs.items() if name not in _ENGINES_OWN}
    problems = [*_unknown(said), *_unserved(said)]
    if not problems:
        try:
            return PluginSettings.model_validate(said)
        except pydantic.ValidationError as invalid:
            problems = [_worded(error) for error in invalid.errors(include_input=False, include_url=False)]
    raise RefusedError(" ".join(problems))


def _unknown(said: Mapping[str, Plain]) -> list[str]:
    known = schema.provider_inputs()
    return [
        f"aws.Provider has no setting {name!r}. {suggestion.closest(name, known)}" for name in said if name not in known
    ]


def _unserved(said: Mapping[str, Plain]) -> list[str]:
    served = {field.alias for field in PluginSettings.model_fields.values()}
    known = schema.provider_inputs()
    return [
        f"The stand-in for the AWS plugin does not serve {name!r}. Leave it out, or install the real plugin."
        for name in said
        if name in known and name not in served
    ]


def _worded(error: Mapping[str, Any]) -> str:
    where = ".".join(str(step) for step in error["loc"])
    if error["type"] == "missing":
        return f"aws.Provider lacks {where!r}, which the stand-in needs. Set it explicitly."
    return f"{where + ': ' if where else ''}{error['msg'].removeprefix('Value error, ')}."
