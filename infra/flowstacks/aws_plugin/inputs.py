"""Inputs of a resource, checked against the SDK's classes and completed as the real plugin completes them. Pure."""

import dataclasses
import enum
import json
import random
import typing
from collections.abc import Mapping, Sequence
from typing import Any, cast

from flowstacks.aws_plugin.kind import AwsKind
from flowstacks.aws_plugin.properties import schema
from flowstacks.aws_plugin.properties.values import Plain, Props, has_unknown
from flowstacks.core import suggestion

DEFAULTS = "__defaults"
"""Names of the inputs that the plugin added. The real one (pulumi-terraform-bridge) keeps this list in the inputs too:
it is how a made-up name is told from a given one."""

_RANDOM_DIGITS = 7
_PLAIN_TYPES: Mapping[type, str] = {str: "text", bool: "true or false", int: "a number", float: "a number"}


@dataclasses.dataclass(frozen=True)
class InputProblem:
    """`path`: from the resource's properties on, such as `volumes[0].name`."""

    path: str
    reason: str


def problems(kind: AwsKind, props: Props) -> list[InputProblem]:
    """Unknown, missing, unserved and ill-typed properties, all at once."""
    properties = {name: value for name, value in props.items() if name != DEFAULTS}
    unserved = [
        InputProblem(
            path,
            f"The stand-in for the AWS plugin does not serve {path!r} of {kind.resource_type}: {kind.unserved[path]}",
        )
        for path in _paths(properties)
        if path in kind.unserved
    ]
    faults = unserved + _of_fields(kind.resource_type, schema.inputs(kind.resource_type), properties, "")
    # As the real one: what has the wrong type is not looked at any closer.
    return faults or _of_rules(kind, properties)


def completed(kind: AwsKind, name: str, props: Props, before: Props, seed: bytes) -> Props:
    """With defaults and, where none is given, a name: the old one where the last inputs had made one up.

    `name` is the resource's in the program; `seed` comes from the engine and is the same in preview and `up`.
    """
    properties = {key: _as_text(kind, key, value) for key, value in props.items() if key != DEFAULTS}
    added: Props = {key: value for key, value in kind.defaults.items() if key not in properties}
    if kind.named and not {"name", "namePrefix"} & properties.keys():
        added["name"] = before["name"] if "name" in _added(before) else _made_up(name, seed)
    return {**properties, **added, DEFAULTS: cast("list[Plain]", sorted(added))}


def is_given(inputs: Props, name: str) -> bool:
    """Whether the program said it, as opposed to the plugin."""
    return name in inputs and name not in _added(inputs)


def _added(inputs: Props) -> list[Plain]:
    names = inputs.get(DEFAULTS)
    return names if isinstance(names, list) else []


def _made_up(name: str, seed: bytes) -> str:
    digits = random.Random(seed).choices("0123456789abcdef", k=_RANDOM_DIGITS)  # noqa: S311 - a name, not a secret
    return f"{name}-{''.join(digits)}"


def _as_text(kind: AwsKind, name: str, value: Plain) -> Plain:
    """A policy given as an object becomes JSON (pulumi-aws, `resources.go`: `TransformJSONDocument`); 256 is "256"."""
    types = schema.inputs(kind.resource_type)[name].types
    if str in types and isinstance(value, dict | list):
        return json.dumps(value)
    if types == (str,) and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _of_rules(kind: AwsKind, properties: Props) -> list[InputProblem]:
    return [
        InputProblem(path, f"{kind.resource_type} does not take {value!r} for {path!r}: {reason}")
        for path, values in _paths(properties).items()
        if path in kind.checked
        for value in values
        if not has_unknown(value) and (reason := kind.checked[path](value))
    ]


def _paths(properties: Props) -> dict[str, list[Plain]]:
    """Properties and those one level below, `volumes`, `volumes.name`, with their values; a list's items one by one."""
    paths: dict[str, list[Plain]] = {}
    for name, value in properties.items():
        items: list[Plain] = value if isinstance(value, list) else [value]
        paths[name] = items
        for item in items:
            for inner, inner_value in item.items() if isinstance(item, dict) else ():
                paths.setdefault(f"{name}.{inner}", []).append(inner_value)
    return paths


def _of_fields(
    owner: str, properties_by_name: Mapping[str, schema.Property], values: Props, path: str
) -> list[InputProblem]:
    unknown = [
        InputProblem(
            path + name, f"{owner} has no property {path + name!r}. {suggestion.closest(name, properties_by_name)}"
        )
        for name in values
        if name not in properties_by_name
    ]
    missing = [
        InputProblem(path + name, f"{owner} needs the property {path + name!r}. Set it")
        for name, rule in properties_by_name.items()
        if rule.required and name not in values
    ]
    inner = [
        problem
        for name, value in values.items()
        if name in properties_by_name
        for problem in _of_value(owner, properties_by_name[name].types, value, path + name)
    ]
    return [*unknown, *missing, *inner]


def _of_value(owner: str, types: Sequence[Any], value: Plain, path: str) -> list[InputProblem]:
    if value is None or (isinstance(value, str) and has_unknown(value)):
        return []
    alternatives = [_of_type(owner, kind, value, path) for kind in types]
    # A union: what fits one alternative is right; else the one that came closest speaks.
    return (
        []
        if any(not faults for faults in alternatives)
        else max(alternatives, key=lambda faults: max(len(fault.path) for fault in faults))
    )


def _of_type(owner: str, kind: Any, value: Plain, path: str) -> list[InputProblem]:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if schema.is_arguments(kind):
        values = value if isinstance(value, dict) else None
        fields = schema.fields(kind)
        return _expected(owner, path, "an object") if values is None else _of_fields(owner, fields, values, f"{path}.")
    if origin is None:
        return [] if _fits(kind, value) else _expected(owner, path, _PLAIN_TYPES.get(kind, str(kind)))
    inner = schema.alternatives(arguments[-1])
    items = _items(value, path, mapping=issubclass(origin, Mapping))
    if items is None:
        return _expected(owner, path, "a map" if issubclass(origin, Mapping) else "a list")
    return [problem for at, item in items for problem in _of_value(owner, inner, item, at)]


def _items(value: Plain, path: str, *, mapping: bool) -> list[tuple[str, Plain]] | None:
    """Each with its path; None where it is not of that shape."""
    if mapping:
        return [(f"{path}.{key}", item) for key, item in value.items()] if isinstance(value, dict) else None
    return [(f"{path}[{at}]", item) for at, item in enumerate(value)] if isinstance(value, list) else None


def _fits(kind: Any, value: Plain) -> bool:
    if kind is Any:
        return True
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        # The SDK's enumerations are not enforced by the real plugin either: AWS judges the word.
        return isinstance(value, str)
    if isinstance(value, bool):
        return kind is bool
    # The real one takes a number for text: 256 for `cpu` arrives as a number (pulumi-terraform-bridge, `schema.go`).
    return kind in {int, float, str} if isinstance(value, int | float) else kind is str and isinstance(value, str)


def _expected(owner: str, path: str, expectation: str) -> list[InputProblem]:
    return [InputProblem(path, f"{owner} takes {expectation} for {path!r}. Change its type")]
