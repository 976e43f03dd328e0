"""Values told from the text: literals, constants, f-strings, concatenation, spreads. Nothing is executed.

Every evaluation builds a new value, so what two declarations share in the file they never share in memory.
"""

import ast
import dataclasses
import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

from flowstacks.discovery.flows.codebase import Codebase, External, File, Local
from flowstacks.discovery.flows.module import Assigned, Function, Module, Opaque

T = TypeVar("T")

Value = object
"""What a Python literal can be (str, number, bool, None, list, tuple, set, dict, …), or a date, datetime, timedelta."""

_MOST_NODES = 100_000
_MOST_SHOWN = 60

_ARITHMETIC: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
}
_CONVERSIONS: Mapping[int, Callable[[Value], str]] = {ord("s"): str, ord("r"): repr, ord("a"): ascii}
_CONSTRUCTORS: Mapping[str, Callable[..., Value]] = {
    "datetime.date": datetime.date,
    "datetime.datetime": datetime.datetime,
    "datetime.timedelta": datetime.timedelta,
}


@dataclasses.dataclass(frozen=True)
class Located:
    """An expression and the file it stands in."""

    module: Module
    node: ast.expr

    @property
    def file(self) -> str:
        """Path relative to the repository root."""
        return self.module.path

    @property
    def line(self) -> int:
        """Counts from 1."""
        return self.node.lineno


class UnresolvedError(Exception):
    """The value depends on something that only running the file would tell; `str()` says on what."""

    def __init__(self, at: Located, reason: str) -> None:
        """`reason` is a clause without a full stop."""
        self.at = at
        super().__init__(reason)


def evaluate(codebase: Codebase, at: Located) -> Value:
    """The value of the expression. Raises UnresolvedError, pointing at the part that stands in the way."""
    return _bounded(_Evaluation(codebase).value, at)


def fields(codebase: Codebase, at: Located) -> dict[str, Located]:
    """The entries of a dict, or the keywords of a call, unevaluated and with their places; spreads are flattened.

    Follows names to module-level dicts, `dict(…)` and `A | B`. Raises UnresolvedError for anything else, for
    positional arguments and for keys that are not strings.
    """
    return _bounded(_Evaluation(codebase).fields, at)


def elements(codebase: Codebase, at: Located) -> list[Located]:
    """The items of a list or tuple, unevaluated and with their places. Raises UnresolvedError for anything else."""
    return _bounded(_Evaluation(codebase).elements, at)


def definition(codebase: Codebase, at: Located) -> Located:
    """Follow names to the expression that was assigned. Raises UnresolvedError where there is none."""
    return _bounded(_Evaluation(codebase).definition, at)


def _bounded(question: Callable[[Located], T], at: Located) -> T:
    try:
        return question(at)
    except RecursionError as error:
        raise UnresolvedError(at, "it refers to itself, or is nested too deeply") from error


class _Evaluation:
    """One question; counts its steps, so that a file can't make the answer endless."""

    def __init__(self, codebase: Codebase) -> None:
        self._codebase = codebase
        self._steps = 0

    def value(self, at: Located) -> Value:
        self._steps += 1
        if self._steps > _MOST_NODES:
            raise UnresolvedError(at, "it refers to itself, or is too large")
        match at.node:
            case ast.Constant(value=constant):
                return constant
            case ast.Name() | ast.Attribute():
                return self.value(self._step(at))
            case ast.List() | ast.Tuple() | ast.Set():
                return self._sequence(at)
            case ast.Dict(keys=keys, values=values):
                return self._dict(at, keys, values)
            case _:
                return self._computed(at)

    def _computed(self, at: Located) -> Value:
        match at.node:
            case ast.JoinedStr(values=parts):
                return "".join(self._part(Located(at.module, part)) for part in parts)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(at, Located(at.module, left), op, Located(at.module, right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._number(Located(at.module, operand)) * -1
            case ast.Subscript(value=owner, slice=index):
                return self._item(at, Located(at.module, owner), Located(at.module, index))
            case ast.Call():
                return self._call(at, at.node)
            case _:
                raise UnresolvedError(at, f"{_shown(at.node)} is not a literal")

    def definition(self, at: Located) -> Located:
        while isinstance(at.node, ast.Name | ast.Attribute):
            self._steps += 1
            at = self._step(at)
        return at

    def elements(self, at: Located) -> list[Located]:
        at = self.definition(at)
        if isinstance(at.node, ast.BinOp) and isinstance(at.node.op, ast.Add):
            left, right = Located(at.module, at.node.left), Located(at.module, at.node.right)
            return [*self.elements(left), *self.elements(right)]
        if not isinstance(at.node, ast.List | ast.Tuple):
            raise UnresolvedError(at, f"{_shown(at.node)} is not a list")
        found: list[Located] = []
        for item in at.node.elts:
            if isinstance(item, ast.Starred):
                found.extend(self.elements(Located(at.module, item.value)))
            else:
                found.append(Located(at.module, item))
        return found

    def fields(self, at: Located) -> dict[str, Located]:
        self._steps += 1
        if self._steps > _MOST_NODES:
            raise UnresolvedError(at, "it refers to itself, or is too large")
        at = self.definition(at)
        match at.node:
            case ast.Dict(keys=keys, values=values):
                return self._entries(at, keys, values)
            case ast.Call(args=[], keywords=keywords):
                return self._keywords(at, keywords)
            case ast.Call():
                raise UnresolvedError(at, "positional arguments have no names; write keywords")
            case ast.BinOp(op=ast.BitOr(), left=left, right=right):
                return {**self.fields(Located(at.module, left)), **self.fields(Located(at.module, right))}
            case _:
                raise UnresolvedError(at, f"{_shown(at.node)} is neither a dict nor a call with keywords")

    def _entries(self, at: Located, keys: Sequence[ast.expr | None], values: Sequence[ast.expr]) -> dict[str, Located]:
        found: dict[str, Located] = {}
        for key, value in zip(keys, values, strict=True):
            if key is None:
                found |= self.fields(Located(at.module, value))
                continue
            name = self.value(Located(at.module, key))
            if not isinstance(name, str):
                raise UnresolvedError(Located(at.module, key), f"the key {name!r} is not a string")
            found[name] = Located(at.module, value)
        return found

    def _keywords(self, at: Located, keywords: Sequence[ast.keyword]) -> dict[str, Located]:
        found: dict[str, Located] = {}
        for keyword in keywords:
            value = Located(at.module, keyword.value)
            found |= {keyword.arg: value} if keyword.arg else self.fields(value)
        return found

    def _step(self, at: Located) -> Located:
        if self._steps > _MOST_NODES:
            raise UnresolvedError(at, "it refers to itself, or is too large")
        name = _shown(at.node)
        match self._codebase.target(at.module, at.node):
            case Local(module=module, binding=Assigned(value=node)):
                return Located(module, node)
            case Local(binding=Opaque(why=why, line=line), module=module):
                raise UnresolvedError(at, f"{name} is {why} ({module.path}:{line})")
            case Local(binding=Function()):
                raise UnresolvedError(at, f"{name} is a function")
            case File(module=module):
                raise UnresolvedError(at, f"{name} is the module {module.path}")
            case External(dotted=dotted):
                what = f" (it is {dotted})" if dotted != name else ""
                raise UnresolvedError(at, f"{name} is not defined in the project's files{what}")
            case _:
                raise UnresolvedError(at, f"{name} refers to itself, or is not defined in the project's files")

    def _part(self, at: Located) -> str:
        if not isinstance(at.node, ast.FormattedValue):
            return str(self.value(at))
        value = self.value(Located(at.module, at.node.value))
        spec = str(self.value(Located(at.module, at.node.format_spec))) if at.node.format_spec else ""
        convert = _CONVERSIONS.get(at.node.conversion)
        try:
            return format(convert(value) if convert else value, spec)
        except (TypeError, ValueError) as error:
            raise UnresolvedError(at, str(error)) from error

    def _sequence(self, at: Located) -> Value:
        items: list[Value] = []
        for node in at.node.elts if isinstance(at.node, ast.List | ast.Tuple | ast.Set) else ():
            if isinstance(node, ast.Starred):
                items.extend(self._list(Located(at.module, node.value)))
            else:
                items.append(self.value(Located(at.module, node)))
        if isinstance(at.node, ast.Tuple):
            return tuple(items)
        try:
            return set(items) if isinstance(at.node, ast.Set) else items
        except TypeError as error:
            raise UnresolvedError(at, str(error)) from error

    def _list(self, at: Located) -> list[Value]:
        value = self.value(at)
        if isinstance(value, list | tuple):
            return [*cast("Sequence[Value]", value)]
        raise UnresolvedError(at, f"{_shown(at.node)} is not a list")

    def _mapping(self, at: Located) -> dict[Value, Value]:
        value = self.value(at)
        if isinstance(value, dict):
            return {**cast("Mapping[Value, Value]", value)}
        raise UnresolvedError(at, f"{_shown(at.node)} is not a dict")

    def _dict(self, at: Located, keys: Sequence[ast.expr | None], values: Sequence[ast.expr]) -> dict[Value, Value]:
        found: dict[Value, Value] = {}
        for key, node in zip(keys, values, strict=True):
            value = Located(at.module, node)
            if key is None:
                found |= self._mapping(value)
                continue
            try:
                found[self.value(Located(at.module, key))] = self.value(value)
            except TypeError as error:
                raise UnresolvedError(at, str(error)) from error
        return found

    def _number(self, at: Located) -> float:
        value = self.value(at)
        if isinstance(value, int | float):
            return value
        raise UnresolvedError(at, f"{_shown(at.node)} is not a number")

    def _binary(self, at: Located, left: Located, op: ast.operator, right: Located) -> Value:
        if isinstance(op, ast.BitOr):
            return {**self._mapping(left), **self._mapping(right)}
        first = self.value(left)
        if isinstance(op, ast.Add):
            second = self.value(right)
            if isinstance(first, str) and isinstance(second, str):
                return first + second
            if isinstance(first, list) and isinstance(second, list):
                return [*cast("Sequence[Value]", first), *cast("Sequence[Value]", second)]
            if isinstance(first, tuple) and isinstance(second, tuple):
                return (*cast("Sequence[Value]", first), *cast("Sequence[Value]", second))
        compute = _ARITHMETIC.get(type(op))
        if compute is None:
            raise UnresolvedError(at, f"{_shown(at.node)} is not a literal")
        try:
            return compute(self._number(left), self._number(right))
        except (ArithmeticError, ValueError) as error:
            raise UnresolvedError(at, str(error)) from error

    def _item(self, at: Located, owner: Located, index: Located) -> Value:
        container, key = self.value(owner), self.value(index)
        try:
            if isinstance(container, dict | list | tuple | str):
                return cast("Mapping[Value, Value]", container)[key]
        except (LookupError, TypeError) as error:
            raise UnresolvedError(at, f"{_shown(owner.node)} has no item {key!r}") from error
        raise UnresolvedError(at, f"{_shown(at.node)} is not a literal")

    def _call(self, at: Located, call: ast.Call) -> Value:
        target = self._codebase.target(at.module, call.func)
        name = target.dotted if isinstance(target, External) else ""
        if name == "dict" and not call.args:
            return {key: self.value(value) for key, value in self._keywords(at, call.keywords).items()}
        construct = _CONSTRUCTORS.get(name)
        if construct is None:
            raise UnresolvedError(at, f"{_shown(call.func)}(…) is known only when it runs")
        arguments = [self.value(Located(at.module, argument)) for argument in call.args]
        keywords = {key: self.value(value) for key, value in self._keywords(at, call.keywords).items()}
        try:
            return construct(*arguments, **keywords)
        except (TypeError, ValueError, OverflowError) as error:
            raise UnresolvedError(at, f"{_shown(call.func)}: {error}") from error


def _shown(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
