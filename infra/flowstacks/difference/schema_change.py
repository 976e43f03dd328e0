"""How a flow's parameter schema changes, parameter by parameter. Pure."""

from typing import cast

from flowstacks.difference import change
from flowstacks.difference.change import Json, ValueChange
from flowstacks.provider import canonical

FIELD = "parameter_openapi_schema"
_OF_THE_TYPE = ("$ref", "additionalProperties", "allOf", "anyOf", "const", "enum", "format", "items", "oneOf", "type")
_DEFINITIONS = "definitions"

Object = dict[str, Json]


def changes(before: str, after: str) -> list[ValueChange]:
    """From one canonical JSON to the other: what each parameter gains, loses or becomes."""
    olds, news = _object(canonical.loads(before)), _object(canonical.loads(after))
    ours, theirs = _object(olds.get("properties")), _object(news.get("properties"))
    found: list[ValueChange] = []
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in ours:
            found.append(_told(name, f"added ({_described(theirs[name], name in _required(news))})"))
        elif name not in theirs:
            found.append(_told(name, "removed"))
        else:
            found += _parameter(name, _object(ours[name]), _object(theirs[name]))
            found += _need(name, before=name in _required(olds), after=name in _required(news))
    found += _definitions(olds, news)
    return found or [ValueChange(field=FIELD, text="schema: the parameters' order, or the title")]


def _parameter(name: str, before: Object, after: Object) -> list[ValueChange]:
    found: list[ValueChange] = []
    if _part(before, _OF_THE_TYPE) != _part(after, _OF_THE_TYPE):
        ours, theirs = type_of(before), type_of(after)
        found.append(_told(name, f"type {ours} -> {theirs}" if ours != theirs else f"another {ours}"))
    if before.get("default") != after.get("default") or ("default" in before) != ("default" in after):
        said = [change.shown(one["default"]) or "long" if "default" in one else "none" for one in (before, after)]
        found.append(_told(name, f"default {said[0]} -> {said[1]}"))
    # A parameter that is put in before others moves their positions, which says nothing new.
    others = (before.keys() | after.keys()) - {*_OF_THE_TYPE, "default", "position"}
    if any(before.get(key) != after.get(key) for key in others):
        found.append(_told(name, "has another title, description or limit"))
    return found


def _need(name: str, *, before: bool, after: bool) -> list[ValueChange]:
    if before == after:
        return []
    return [_told(name, "is required now" if after else "is no longer required")]


def _definitions(before: Object, after: Object) -> list[ValueChange]:
    ours, theirs = _object(before.get(_DEFINITIONS)), _object(after.get(_DEFINITIONS))
    return [
        ValueChange(field=f"{FIELD}.{_DEFINITIONS}.{name}", text=f"schema: type {name}: changed")
        for name in sorted(ours.keys() | theirs.keys())
        if ours.get(name) != theirs.get(name)
    ]


def type_of(schema: Json) -> str:
    """In a word or a few: `integer`, `array of string`, `integer or null`, the name of a type of the user's."""
    one = _object(schema)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in one:
            return " or ".join(dict.fromkeys(type_of(each) for each in _list(one[several])))
    if "$ref" in one:
        return str(one["$ref"]).rpartition("/")[2]
    if "enum" in one or "const" in one:
        values = _list(one.get("enum")) or [one.get("const")]
        return f"one of {', '.join(change.shown(value) or '...' for value in values)}"
    if one.get("type") == "array" and "items" in one:
        return f"array of {type_of(one['items'])}"
    return str(one.get("format") or one.get("type") or "any")


def _described(schema: Json, required: bool) -> str:
    one = _object(schema)
    default = change.shown(one["default"]) if "default" in one else None
    need = "required" if required else f"default {default}" if default else "optional"
    return f"{type_of(one)}, {need}"


def _told(name: str, what: str) -> ValueChange:
    return ValueChange(field=f"{FIELD}.properties.{name}", text=f"schema: parameter {name} {what}")


def _part(schema: Object, keys: tuple[str, ...]) -> Object:
    return {key: schema[key] for key in keys if key in schema}


def _required(schema: Object) -> list[Json]:
    return _list(schema.get("required"))


def _object(value: Json) -> Object:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return cast("list[Json]", value) if isinstance(value, list) else []
