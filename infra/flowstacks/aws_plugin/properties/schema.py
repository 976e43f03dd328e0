"""Names, types and required properties of the installed `pulumi_aws` classes, read from the classes themselves."""

import collections.abc
import dataclasses
import functools
import importlib
import inspect
import threading
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

import pulumi

_LOADING = threading.Lock()


@dataclasses.dataclass(frozen=True)
class Property:
    """`types`: the alternatives that the SDK's annotation allows, its wrappers (Output, Awaitable, None) taken off."""

    required: bool
    types: tuple[Any, ...]


@functools.cache
def inputs(token: str) -> Mapping[str, Property]:
    """Inputs of a resource type by the names the engine sends, such as `containerDefinitions`.

    `token`: `aws:ecs/taskDefinition:TaskDefinition`. Raises `AttributeError` where the SDK has no such class.
    """
    return fields(_class(token, "Args"))


@functools.cache
def outputs(token: str) -> frozenset[str]:
    """All properties that a resource of the type has, inputs included; `id` and `urn` aside."""
    return frozenset(_names(_class(token)).values())


def provider_inputs() -> Mapping[str, Property]:
    """Settings of `aws.Provider`."""
    return fields(importlib.import_module("pulumi_aws").ProviderArgs)


@functools.cache
def fields(arguments: type) -> Mapping[str, Property]:
    """Properties of one `…Args` class, nested ones too."""
    constructor: Callable[..., None] = arguments.__init__
    signature = inspect.signature(constructor)
    # The SDK's annotations quote `Output[T]`, and not every module of it imports the two.
    hints = typing.get_type_hints(constructor, localns={"Output": pulumi.Output, "T": Any})
    return {
        name: Property(signature.parameters[python].default is inspect.Parameter.empty, alternatives(hints[python]))
        for python, name in _names(arguments).items()
    }


def alternatives(hint: Any) -> tuple[Any, ...]:
    """`Union[str, None, Awaitable[...], Output[...]]` → `(str,)`."""
    if typing.get_origin(hint) not in {typing.Union, types.UnionType}:
        return (hint,)
    return tuple(part for part in typing.get_args(hint) if not _is_wrapper(part))


def is_arguments(kind: Any) -> bool:
    """Whether it is an `…Args` class, as opposed to a plain type or a generic one."""
    return isinstance(kind, type) and any(_pulumi_name(member) for member in vars(kind).values())


def _class(token: str, suffix: str = "") -> type:
    _, module, name = token.split(":")
    # The SDK loads a module when something in it is first asked for, and a second thread gets one that is half there
    # (pulumi_aws 7.51.1, by `importlib.util.LazyLoader`).
    with _LOADING:
        return getattr(importlib.import_module(f"pulumi_aws.{module.split('/')[0]}"), name + suffix)


def _names(owner: type) -> dict[str, str]:
    """Python name → the engine's, from `@pulumi.getter` on each property."""
    names = {python: _pulumi_name(member) for python, member in vars(owner).items()}
    return {python: name for python, name in names.items() if name}


def _pulumi_name(member: Any) -> str | None:
    getter = member.fget if isinstance(member, property) else None
    # pulumi 3.258.0, `_types.py`: `pulumi.getter` leaves the name on the function.
    return getattr(getter, "_pulumi_name", None)


def _is_wrapper(part: Any) -> bool:
    origin = typing.get_origin(part) or part
    return part is type(None) or origin is collections.abc.Awaitable or origin is pulumi.Output
