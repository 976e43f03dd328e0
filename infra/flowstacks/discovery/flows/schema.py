"""A flow's signature as the JSON schema that Prefect derives, without importing the flow.

Follows `parameter_schema` of prefect 3.9.1 (`utilities/callables/__init__.py`, `_internal/pydantic/v2_schema.py`):
pydantic describes each parameter, Prefect adds position, title and the docstring's description.
"""

import ast
import copy
import dataclasses
import functools
import inspect
import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, cast

import griffe
import pydantic

from flowstacks.discovery.flows import annotations, values
from flowstacks.discovery.flows.codebase import Codebase, External
from flowstacks.discovery.flows.module import AnyFunction, Module

Schema = dict[str, pydantic.JsonValue]

_SKIPPED = ("cls", "self")
_ARGUMENT_SECTION = re.compile(r"^\s*(args|arguments|params|parameters)\s*:", re.IGNORECASE | re.MULTILINE)
_FIELDS = ("pydantic.Field", "pydantic.fields.Field")


@dataclasses.dataclass(frozen=True)
class _Required:
    """No default."""


@dataclasses.dataclass(frozen=True)
class _Unknown:
    """A default that is known only at run time: the parameter may be left out, the schema names no value."""


@dataclasses.dataclass(frozen=True)
class _Parameter:
    name: str
    annotation: ast.expr | None
    default: ast.expr | None
    container: type[list[object] | dict[str, object]] | None = None
    """What Prefect passes the values of `*args` or `**kwargs` in, empty unless given; None for all others."""


@dataclasses.dataclass(frozen=True)
class _Described:
    """One type with one default; the two texts distinguish them (`int | str` equals `str | int`, `1` equals `True`)."""

    type_text: str
    default_text: str
    type: annotations.Annotation = dataclasses.field(compare=False)
    default: values.Value = dataclasses.field(compare=False)


def parameter_schema(codebase: Codebase, module: Module, function: AnyFunction) -> Schema:
    """The schema of the function's parameters: an object with `title`, `type`, `properties`, `required` (if any)."""
    from_docstring = descriptions(ast.get_docstring(function))
    properties: dict[str, pydantic.JsonValue] = {}
    required: list[pydantic.JsonValue] = []
    for position, parameter in enumerate(_parameters(function.args)):
        if parameter.name in _SKIPPED:
            continue
        default, from_field = _default(codebase, module, parameter)
        text = from_field or from_docstring.get(parameter.name)
        type_ = _type(codebase, module, parameter)
        properties[parameter.name] = {
            **_property(type_, default),
            "title": parameter.name,
            "position": position,
            **({"description": text} if text else {}),
        }
        if isinstance(default, _Required):
            required.append(parameter.name)
    schema: Schema = {"title": "Parameters", "type": "object", "properties": properties, "definitions": {}}
    return {**schema, "required": required} if required else schema


def descriptions(docstring: str | None) -> dict[str, str]:
    """Parameter name to text, from a Google style `Args:` section; griffe reads it for Prefect too."""
    if not docstring or not _ARGUMENT_SECTION.search(docstring):
        return {}
    logger = logging.getLogger("griffe")
    was_disabled, logger.disabled = logger.disabled, True
    try:
        sections = griffe.parse(griffe.Docstring(docstring), griffe.Parser.google)
    finally:
        logger.disabled = was_disabled
    texts: dict[str, str] = {}
    for section in sections:
        if isinstance(section, griffe.DocstringSectionParameters):
            texts = {parameter.name: parameter.description for parameter in section.value}
    return texts


def _parameters(arguments: ast.arguments) -> Iterator[_Parameter]:
    """In the order of `inspect.signature`."""
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [*[None] * (len(positional) - len(arguments.defaults)), *arguments.defaults]
    for argument, default in zip(positional, defaults, strict=True):
        yield _Parameter(argument.arg, argument.annotation, default)
    if arguments.vararg:
        yield _Parameter(arguments.vararg.arg, arguments.vararg.annotation, None, list)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _Parameter(argument.arg, argument.annotation, default)
    if arguments.kwarg:
        yield _Parameter(arguments.kwarg.arg, arguments.kwarg.annotation, None, dict)


def _type(codebase: Codebase, module: Module, parameter: _Parameter) -> annotations.Annotation:
    element = annotations.type_of(codebase, module, parameter.annotation)
    if parameter.container is None:
        return element
    # The annotation of `*args` and `**kwargs` is that of one value.
    return list[cast("Any", element)] if parameter.container is list else dict[str, cast("Any", element)]


def _default(codebase: Codebase, module: Module, parameter: _Parameter) -> tuple[values.Value, str | None]:
    """The default, and the description that a pydantic `Field(…)` in its place gives."""
    if parameter.container:
        return parameter.container(), None
    if parameter.default is None:
        return _Required(), None
    expression = values.Located(module, parameter.default)
    if isinstance(expression.node, ast.Call):
        target = codebase.target(expression.module, expression.node.func)
        if isinstance(target, External) and target.dotted in _FIELDS:
            return _field(codebase, expression.module, expression.node)
    return _value(codebase, expression), None


def _field(codebase: Codebase, module: Module, call: ast.Call) -> tuple[values.Value, str | None]:
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    expression = call.args[0] if call.args else keywords.get("default")
    text = _value(codebase, values.Located(module, keywords["description"])) if "description" in keywords else None
    # Prefect copies `default` only: a `default_factory` leaves the parameter required in the schema.
    default = _value(codebase, values.Located(module, expression)) if expression else ...
    return _Required() if default is ... else default, text if isinstance(text, str) else None


def _value(codebase: Codebase, expression: values.Located) -> values.Value:
    try:
        value = values.evaluate(codebase, expression)
    except values.UnresolvedError:
        return _Unknown()
    # The order of a set of strings differs from process to process; the schema must not.
    return sorted(cast("set[object]", value), key=repr) if isinstance(value, set) else value


def _property(type_: annotations.Annotation, default: values.Value) -> Mapping[str, Any]:
    described = _Described(repr(type_), repr(default), type_, default)
    return copy.deepcopy(_described(described))


@functools.lru_cache(maxsize=4096)
def _described(described: _Described) -> Mapping[str, Any]:
    """Pydantic's schema of one parameter; that of `Any` where it has no schema for the type."""
    try:
        return _by_pydantic(described.type, described.default)
    except (ValueError, TypeError, pydantic.errors.PydanticInvalidForJsonSchema):
        return _by_pydantic(Any, described.default)


def _by_pydantic(type_: annotations.Annotation, default: values.Value) -> Mapping[str, Any]:
    given = ... if isinstance(default, _Required | _Unknown) else default
    field = (type_, pydantic.Field(default=given, title="p"))
    # pydantic's overloads know neither a computed type nor a tuple built beforehand.
    model = cast("type[pydantic.BaseModel]", cast("Any", pydantic.create_model)("P", p=field))
    with warnings.catch_warnings():
        # "Default value … is not JSON serializable": it is left out, as Prefect does.
        warnings.simplefilter("ignore")
        return model.model_json_schema()["properties"]["p"]


def description(function: AnyFunction) -> str | None:
    """The cleaned docstring, which is Prefect's description of a flow unless the decorator gives one."""
    text = ast.get_docstring(function, clean=False)
    return inspect.cleandoc(text) or None if text else None
