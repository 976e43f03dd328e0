"""Annotations read from the text, as the types that pydantic would see; what is unknown accepts anything."""

import ast
import collections.abc
import datetime
import decimal
import pathlib
import types
import typing
import uuid
from collections.abc import Mapping
from typing import Any

from flowstacks.discovery.flows import values
from flowstacks.discovery.flows.codebase import Codebase, External, Local
from flowstacks.discovery.flows.module import Assigned, Module

Annotation = object
"""A class or a special form of `typing`, as pydantic takes them."""

_MOST_NESTED = 50
_TYPING = ("typing.", "typing_extensions.")
_BUILTINS = (int, str, float, bool, bytes, complex, list, dict, set, frozenset, tuple, object)
_MODULES = (datetime.date, datetime.datetime, datetime.time, datetime.timedelta, uuid.UUID, decimal.Decimal)
_NAMES_IN_TYPING = (
    *("Any", "List", "Dict", "Set", "FrozenSet", "Tuple", "Sequence", "Mapping", "MutableMapping", "Iterable"),
    *("Collection", "MutableSequence", "AbstractSet", "Deque", "DefaultDict", "OrderedDict"),
)
_NAMES_IN_ABC = ("Sequence", "Mapping", "MutableMapping", "Iterable", "Collection", "MutableSequence", "Set")
_KNOWN: Mapping[str, Any] = {
    **{known.__name__: known for known in _BUILTINS},
    **{f"{known.__module__}.{known.__name__}": known for known in _MODULES},
    **{f"{module}{name}": getattr(typing, name) for module in _TYPING for name in _NAMES_IN_TYPING},
    **{f"collections.abc.{name}": getattr(collections.abc, name) for name in _NAMES_IN_ABC},
    "pathlib.Path": pathlib.Path,
    "types.NoneType": types.NoneType,
}


def type_of(codebase: Codebase, module: Module, node: ast.expr | None) -> Annotation:
    """The annotation's type; `Any` for what is missing, unknown, or a class of the project's own."""
    return _Reading(codebase).type_of(module, node, _MOST_NESTED) if node else Any


class _Reading:
    def __init__(self, codebase: Codebase) -> None:
        self._codebase = codebase

    def type_of(self, module: Module, node: ast.expr, depth: int) -> Annotation:
        if not depth:
            return Any
        match node:
            case ast.Constant(value=None):
                return None
            case ast.Constant(value=str() as quoted):
                return self._quoted(module, quoted, depth - 1)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self._union([self.type_of(module, side, depth - 1) for side in (left, right)])
            case ast.Subscript(value=generic, slice=inside):
                arguments = list(inside.elts) if isinstance(inside, ast.Tuple) else [inside]
                return self._subscript(module, generic, arguments, depth - 1)
            case _:
                return self._named(module, node, depth - 1)

    def _quoted(self, module: Module, text: str, depth: int) -> Annotation:
        try:
            parsed = ast.parse(text.strip(), mode="eval")
        except (SyntaxError, ValueError):
            return Any
        return self.type_of(module, parsed.body, depth)

    def _named(self, module: Module, node: ast.expr, depth: int) -> Annotation:
        match self._codebase.target(module, node):
            case External(dotted=dotted):
                return _KNOWN.get(dotted, Any)
            case Local(module=other, binding=Assigned(value=value)):
                return self.type_of(other, value, depth)
            case _:
                return Any

    def _subscript(self, module: Module, generic: ast.expr, arguments: list[ast.expr], depth: int) -> Annotation:
        target = self._codebase.target(module, generic)
        dotted = target.dotted if isinstance(target, External) else ""
        form = dotted.rpartition(".")[2] if dotted.startswith(_TYPING) else ""
        if form == "Literal":
            return self._literal(module, arguments)
        if form == "Annotated":
            return self.type_of(module, arguments[0], depth)
        inside = [self._argument(module, argument, depth) for argument in arguments]
        if form in ("Optional", "Union"):
            return self._union([*inside, *([None] if form == "Optional" else [])])
        try:
            return _KNOWN[dotted][*inside] if dotted in _KNOWN else Any
        except TypeError:
            # `list[int, str]`, `int[str]`: Python itself would refuse most of these.
            return Any

    def _argument(self, module: Module, node: ast.expr, depth: int) -> Annotation:
        # The dots of `tuple[int, ...]` are an argument, not a type.
        is_dots = isinstance(node, ast.Constant) and node.value is ...
        return ... if is_dots else self.type_of(module, node, depth)

    def _union(self, members: list[Annotation]) -> Annotation:
        # Member by member through `Union[a, b]`: `a | b` does not work on every special form.
        return typing.Union[*members]  # a union of types known only here has no other spelling

    def _literal(self, module: Module, arguments: list[ast.expr]) -> Annotation:
        try:
            members = [values.evaluate(self._codebase, values.Located(module, argument)) for argument in arguments]
        except values.UnresolvedError:
            return Any
        plain = all(value is None or isinstance(value, str | int | bytes) for value in members)
        return typing.Literal[*members] if plain else Any
