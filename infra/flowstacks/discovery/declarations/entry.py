"""One declared set of fields: from expressions with their places to checked settings.

Field names are those of `Settings`, with the other spellings that are accepted.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import cast

import pydantic

from flowstacks.core import suggestion
from flowstacks.discovery.declarations import literals, schedules
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.flows import values
from flowstacks.discovery.flows.codebase import Codebase
from flowstacks.discovery.flows.values import Located
from flowstacks.stack.settings import DeploymentSettings

SPELLINGS: Mapping[str, str] = {"deployment_name": "name", "envars": "env"}
"""Accepted instead of a field's own name."""

_SETTINGS = tuple(name for name in DeploymentSettings.model_fields if name != "schedules")
KNOWN = ("name", *_SETTINGS, *schedules.KEYS)

_REMEDY = "Write a value of that type"
_REMEDIES: Mapping[str, str] = {
    "env": 'Write variable and value, {"LOG_LEVEL": "INFO"}',
    "cpu": "Write CPU units: 256, 512, 1024, …",
    "memory": "Write MiB: 512, 1024, 2048, …",
    "ephemeral_storage_gb": "Write GiB: 21 to 200",
    "secrets": 'Write variable and secret, {"PASSWORD": "warehouse:password"}; the value itself is the stack\'s',
    "docker_env": "Write the name of one of the project's images",
    "subnets": 'Write a list of subnet IDs, ["subnet-…"]',
    "security_groups": 'Write a list of security group IDs, ["sg-…"]',
    "assign_public_ip": "Write True or False",
    "tags": "Write a list of strings",
    "paused": "Write True or False",
}


@dataclasses.dataclass(frozen=True)
class DeclaredFields:
    """`places` has the expression of each setting; `parameters` that of each parameter."""

    name: Located | None
    settings: DeploymentSettings
    places: Mapping[str, Located]
    parameters: Mapping[str, Located]


def read(
    codebase: Codebase, at: Located, said: Mapping[str, Located], known: Iterable[str], findings: Findings
) -> DeclaredFields:
    """Check `said` (the fields of the dict or call `at`) one by one; what is wrong is reported and left out.

    `known`: names that mean something to the caller besides those of `KNOWN`.
    """
    fields = _spelled(said, (*KNOWN, *known), findings)
    settings: dict[str, object] = {}
    places: dict[str, Located] = {}
    for name in _SETTINGS:
        if name in fields:
            value = _setting(codebase, name, fields[name], findings)
            if value is not None:
                settings[name], places[name] = value, fields[name]
    told = schedules.read(codebase, at, fields, findings)
    if told is not None:
        settings["schedules"] = told
    return DeclaredFields(
        name=fields.get("name"),
        settings=DeploymentSettings.model_validate(settings),
        places=places,
        parameters=_parameter_places(codebase, fields.get("parameters")),
    )


def _spelled(said: Mapping[str, Located], known: tuple[str, ...], findings: Findings) -> dict[str, Located]:
    found: dict[str, Located] = {}
    for key, value in said.items():
        name = SPELLINGS.get(key, key)
        if name not in known:
            hint = suggestion.did_you_mean(key, (*known, *SPELLINGS))
            remedy = f"Known here: {', '.join(sorted(known))}"
            findings.error("flow-spec-key", value.file, value.line, f"unknown key {key!r}{hint}", remedy)
        elif name in found:
            remedy = "Keep one of them"
            findings.error("flow-spec-key", value.file, value.line, f"{name!r} is said twice ({key!r})", remedy)
        else:
            found[name] = value
    return found


def _setting(codebase: Codebase, name: str, at: Located, findings: Findings) -> object:
    value = plain(literals.told(codebase, at, findings))
    try:
        return getattr(DeploymentSettings.model_validate({name: value}), name)
    except pydantic.ValidationError as error:
        for fault in error.errors():
            inside = ".".join(str(part) for part in fault["loc"][:2])
            # Without the value itself: what stands in env may be a secret in the wrong place.
            message = f"{inside}: {fault['msg'].removeprefix('Value error, ')}"
            findings.error("flow-spec-value", at.file, at.line, message, _remedy(name, fault["input"]))
        return None


def _remedy(name: str, value: object) -> str:
    """`value`: the part that does not fit, an environment variable's for instance."""
    if name == "env" and isinstance(value, bool | int | float):
        return "Quote it: environment variables are strings"
    return _REMEDIES.get(name, _REMEDY)


def plain(value: values.Value) -> values.Value:
    """Tuples and sets as lists, a set in one order, at any depth: what JSON has."""
    match value:
        case dict():
            entries = cast("Mapping[values.Value, values.Value]", value)
            return {key: plain(item) for key, item in entries.items()}
        case list() | tuple():
            return [plain(item) for item in cast("Iterable[values.Value]", value)]
        case set():
            return sorted((plain(item) for item in cast("Iterable[values.Value]", value)), key=repr)
        case _:
            return value


def _parameter_places(codebase: Codebase, at: Located | None) -> Mapping[str, Located]:
    if at is None:
        return {}
    try:
        return values.fields(codebase, at)
    except values.UnresolvedError:
        # Already reported where the value was read; a dict picked out of another has no places of its own.
        return {}
