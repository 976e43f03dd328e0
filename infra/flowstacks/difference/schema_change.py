"""How a flow's parameter schema changes, parameter by parameter. Pure."""

from typing import cast

from flowstacks.difference import value_change
from flowstacks.difference.inputs import Json
from flowstacks.difference.value_change import ValueChange

PROPERTY = "parameter_openapi_schema"
_TYPE_KEYS = ("$ref", "additionalProperties", "allOf", "anyOf", "const", "enum", "format", "items", "oneOf", "type")
_DEFINITIONS = "definitions"

Object = dict[str, Json]


def changes(before: Object, after: Object) -> list[ValueChange]:
    """From one JSON schema to the other: what each parameter gains, loses or becomes."""
    old, new = _object(before.get("properties")), _object(after.get("properties"))
    changed: list[ValueChange] = []
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            changed.append(_change(name, f"added ({_described(new[name], name in _required(after))})"))
        elif name not in new:
            changed.append(_change(name, "removed"))
        else:
            changed += _parameter(name, _object(old[name]), _object(new[name]))
            changed += _requirement(name, before=name in _required(before), after=name in _required(after))
    changed += _definitions(before, after)
    return changed or [ValueChange(path=PROPERTY, text="schema: the parameters' order, or the title")]


def _parameter(name: str, before: Object, after: Object) -> list[ValueChange]:
    changed: list[ValueChange] = []
    if _part(before, _TYPE_KEYS) != _part(after, _TYPE_KEYS):
        old, new = type_of(before), type_of(after)
        changed.append(_change(name, f"type {old} -> {new}" if old != new else f"another {old}"))
    if before.get("default") != after.get("default") or ("default" in before) != ("default" in after):
        changed.append(_change(name, f"default {_default(before)} -> {_default(after)}"))
    # A parameter that is put in before others moves their positions, which is no change of theirs.
    others = (before.keys() | after.keys()) - {*_TYPE_KEYS, "default", "position"}
    if any(before.get(key) != after.get(key) for key in others):
        changed.append(_change(name, "has another title, description or limit"))
    return changed


def _default(schema: Object) -> str:
    if "default" not in schema:
        return "none"
    return value_change.shown(schema["default"]) or "long"


def _requirement(name: str, *, before: bool, after: bool) -> list[ValueChange]:
    if before == after:
        return []
    return [_change(name, "is required now" if after else "is no longer required")]


def _definitions(before: Object, after: Object) -> list[ValueChange]:
    old, new = _object(before.get(_DEFINITIONS)), _object(after.get(_DEFINITIONS))
    return [
        ValueChange(path=f"{PROPERTY}.{_DEFINITIONS}.{name}", text=f"schema: type {name}: changed")
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def type_of(schema: Json) -> str:
    """In a word or a few: `integer`, `array of string`, `integer or null`, the name of a type of the user's."""
    properties = _object(schema)
    for keyword in ("anyOf", "oneOf", "allOf"):
        if keyword in properties:
            return " or ".join(dict.fromkeys(type_of(choice) for choice in _list(properties[keyword])))
    if "$ref" in properties:
        return str(properties["$ref"]).rpartition("/")[2]
    if "enum" in properties or "const" in properties:
        values = _list(properties.get("enum")) or [properties.get("const")]
        return f"one of {', '.join(value_change.shown(value) or '...' for value in values)}"
    if properties.get("type") == "array" and "items" in properties:
        return f"array of {type_of(properties['items'])}"
    return str(properties.get("format") or properties.get("type") or "any")


def _described(schema: Json, required: bool) -> str:
    properties = _object(schema)
    default = value_change.shown(properties["default"]) if "default" in properties else None
    requirement = "required" if required else f"default {default}" if default else "optional"
    return f"{type_of(properties)}, {requirement}"


def _change(name: str, text: str) -> ValueChange:
    return ValueChange(path=f"{PROPERTY}.properties.{name}", text=f"schema: parameter {name} {text}")


def _part(schema: Object, keys: tuple[str, ...]) -> Object:
    return {key: schema[key] for key in keys if key in schema}


def _required(schema: Object) -> list[Json]:
    return _list(schema.get("required"))


def _object(value: Json) -> Object:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return cast("list[Json]", value) if isinstance(value, list) else []
