"""The fields of one declaration: from values with their places to checked settings. Every form reads its fields here.

Field names are those of `DeploymentSettings`, with the other spellings that are accepted.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import cast

import pydantic

from flowstacks.core import suggestion
from flowstacks.core.problem import Place
from flowstacks.discovery.declarations import placed_value, schedules
from flowstacks.discovery.declarations.placed_value import PlacedValue, UnreadableError
from flowstacks.discovery.findings import Findings
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
    """What one mapping of fields sets."""

    name: PlacedValue | None
    """The deployment's name, unread."""
    settings: DeploymentSettings
    """Every field that is well written; the others are reported."""
    places: Mapping[str, Place]
    """Where each of the settings is written."""
    parameters: Mapping[str, Place]
    """Where each parameter is written."""


def read(place: Place, entries: Mapping[str, PlacedValue], known: Iterable[str], findings: Findings) -> DeclaredFields:
    """Check the entries of the mapping at `place` one by one; what is wrong is reported and left out.

    `known`: names that mean something to the form besides those of `KNOWN`.
    """
    fields = _by_name(entries, (*KNOWN, *known), findings)
    settings: dict[str, object] = {}
    places: dict[str, Place] = {}
    for name in _SETTINGS:
        if name in fields:
            value = _setting(name, fields[name], findings)
            if value is not None:
                settings[name], places[name] = value, fields[name].place
    declared = schedules.read(place, fields, findings)
    if declared is not None:
        settings["schedules"] = declared
    return DeclaredFields(
        name=fields.get("name"),
        settings=DeploymentSettings.model_validate(settings),
        places=places,
        parameters=_parameter_places(fields.get("parameters")),
    )


def _by_name(entries: Mapping[str, PlacedValue], known: tuple[str, ...], findings: Findings) -> dict[str, PlacedValue]:
    fields: dict[str, PlacedValue] = {}
    for key, source in entries.items():
        name = SPELLINGS.get(key, key)
        if name not in known:
            hint = suggestion.did_you_mean(key, (*known, *SPELLINGS))
            remedy = f"Known here: {', '.join(sorted(known))}"
            findings.error("flow-spec-key", *source.place, f"unknown key {key!r}{hint}", remedy)
        elif name in fields:
            message = f"{name!r} is set twice, the second time as {key!r}"
            findings.error("flow-spec-key", *source.place, message, "Keep one of them")
        else:
            fields[name] = source
    return fields


def _setting(name: str, source: PlacedValue, findings: Findings) -> object:
    value = plain(placed_value.read(source, findings))
    try:
        return getattr(DeploymentSettings.model_validate({name: value}), name)
    except pydantic.ValidationError as error:
        for fault in error.errors():
            path = ".".join(str(part) for part in fault["loc"][:2])
            # Without the value itself: what is in env may be a secret in the wrong place.
            message = f"{path}: {fault['msg'].removeprefix('Value error, ')}"
            findings.error("flow-spec-value", *source.place, message, _remedy(name, fault["input"]))
        return None


def _remedy(name: str, value: object) -> str:
    """`value`: the part that does not fit, an environment variable's for instance."""
    if name == "env" and isinstance(value, bool | int | float):
        return "Quote it: environment variables are strings"
    return _REMEDIES.get(name, _REMEDY)


def plain(value: object) -> object:
    """Tuples and sets as lists, a set in one order, at any depth: what JSON has."""
    match value:
        case dict():
            entries = cast("Mapping[object, object]", value)
            return {key: plain(item) for key, item in entries.items()}
        case list() | tuple():
            return [plain(item) for item in cast("Iterable[object]", value)]
        case set():
            return sorted((plain(item) for item in cast("Iterable[object]", value)), key=repr)
        case _:
            return value


def _parameter_places(source: PlacedValue | None) -> Mapping[str, Place]:
    if source is None:
        return {}
    try:
        return {name: parameter.place for name, parameter in source.entries().items()}
    except UnreadableError:
        # Already reported where the value was read; a dict picked out of another has no places of its own.
        return {}
