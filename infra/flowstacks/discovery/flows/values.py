"""Values of expressions, read from the text: literals, constants, f-strings, sums, spreads. Nothing is executed.

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
    """An expression and its file."""

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
    """The value depends on something that is known only at run time; `str()` names it."""

    def __init__(self, expression: Located, reason: str) -> None:
        """`reason` is a clause without a full stop."""
        self.expression = expression
        super().__init__(reason)


def evaluate(codebase: Codebase, expression: Located) -> Value:
    """The value of the expression. Raises UnresolvedError, with the part that has no value."""
    return _bounded(_Evaluation(codebase).value, expression)


def fields(codebase: Codebase, expression: Located) -> dict[str, Located]:
    """The entries of a dict, or the keywords of a call, unevaluated and with their places; spreads are flattened.

    Follows names to module-level dicts, `dict(…)` and `A | B`. Raises UnresolvedError for anything else, for
    positional arguments and for keys that are not strings.
    """
    return _bounded(_Evaluation(codebase).fields, expression)


def elements(codebase: Codebase, expression: Located) -> list[Located]:
    """The items of a list or tuple, unevaluated and with their places. Raises UnresolvedError for anything else."""
    return _bounded(_Evaluation(codebase).elements, expression)


def definition(codebase: Codebase, expression: Located) -> Located:
    """Follow names to the expression that was assigned. Raises UnresolvedError where there is none."""
    return _bounded(_Evaluation(codebase).definition, expression)


def _bounded(question: Callable[[Located], T], expression: Located) -> T:
    try:
        return question(expression)
    except RecursionError as error:
        raise UnresolvedError(expression, "it refers to itself, or is nested too deeply") from error


class _Evaluation:
    """One question; counts its steps, so that a file can't make the answer endless."""

    def __init__(self, codebase: Codebase) -> None:
        self._codebase = codebase
        self._steps = 0

    def value(self, expression: Located) -> Value:
        self._steps += 1
        if self._steps > _MOST_NODES:
            raise UnresolvedError(expression, "it refers to itself, or is too large")
        match expression.node:
            case ast.Constant(value=constant):
                return constant
            case ast.Name() | ast.Attribute():
                return self.value(self._step(expression))
            case ast.List() | ast.Tuple() | ast.Set():
                return self._sequence(expression)
            case ast.Dict(keys=keys, values=values):
                return self._dict(expression, keys, values)
            case _:
                return self._computed(expression)

    def _computed(self, expression: Located) -> Value:
        match expression.node:
            case ast.JoinedStr(values=parts):
                return "".join(self._part(Located(expression.module, part)) for part in parts)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(expression, Located(expression.module, left), op, Located(expression.module, right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._number(Located(expression.module, operand)) * -1
            case ast.Subscript(value=owner, slice=index):
                return self._item(expression, Located(expression.module, owner), Located(expression.module, index))
            case ast.Call():
                return self._call(expression, expression.node)
            case _:
                raise UnresolvedError(expression, f"{_shown(expression.node)} is not a literal")

    def definition(self, expression: Located) -> Located:
        while isinstance(expression.node, ast.Name | ast.Attribute):
            self._steps += 1
            expression = self._step(expression)
        return expression

    def elements(self, expression: Located) -> list[Located]:
        expression = self.definition(expression)
        if isinstance(expression.node, ast.BinOp) and isinstance(expression.node.op, ast.Add):
            left, right = (
                Located(expression.module, expression.node.left),
                Located(expression.module, expression.node.right),
            )
            return [*self.elements(left), *self.elements(right)]
        if not isinstance(expression.node, ast.List | ast.Tuple):
            raise UnresolvedError(expression, f"{_shown(expression.node)} is not a list")
        items: list[Located] = []
        for item in expression.node.elts:
            if isinstance(item, ast.Starred):
                items.extend(self.elements(Located(expression.module, item.value)))
            else:
                items.append(Located(expression.module, item))
        return items

    def fields(self, expression: Located) -> dict[str, Located]:
        self._steps += 1
        if self._steps > _MOST_NODES:
            raise UnresolvedError(expression, "it refers to itself, or is too large")
        expression = self.definition(expression)
        match expression.node:
            case ast.Dict(keys=keys, values=values):
                return self._entries(expression, keys, values)
            case ast.Call(args=[], keywords=keywords):
                return self._keywords(expression, keywords)
            case ast.Call():
                raise UnresolvedError(expression, "positional arguments have no names; write keywords")
            case ast.BinOp(op=ast.BitOr(), left=left, right=right):
                return {
                    **self.fields(Located(expression.module, left)),
                    **self.fields(Located(expression.module, right)),
                }
            case _:
                raise UnresolvedError(
                    expression, f"{_shown(expression.node)} is neither a dict nor a call with keywords"
                )

    def _entries(
        self, expression: Located, keys: Sequence[ast.expr | None], values: Sequence[ast.expr]
    ) -> dict[str, Located]:
        entries: dict[str, Located] = {}
        for key, value in zip(keys, values, strict=True):
            if key is None:
                entries |= self.fields(Located(expression.module, value))
                continue
            name = self.value(Located(expression.module, key))
            if not isinstance(name, str):
                raise UnresolvedError(Located(expression.module, key), f"the key {name!r} is not a string")
            entries[name] = Located(expression.module, value)
        return entries

    def _keywords(self, expression: Located, keywords: Sequence[ast.keyword]) -> dict[str, Located]:
        entries: dict[str, Located] = {}
        for keyword in keywords:
            value = Located(expression.module, keyword.value)
            entries |= {keyword.arg: value} if keyword.arg else self.fields(value)
        return entries

    def _step(self, expression: Located) -> Located:
        if self._steps > _MOST_NODES:
            raise UnresolvedError(expression, "it refers to itself, or is too large")
        name = _shown(expression.node)
        match self._codebase.target(expression.module, expression.node):
            case Local(module=module, binding=Assigned(value=node)):
                return Located(module, node)
            case Local(binding=Opaque(why=why, line=line), module=module):
                raise UnresolvedError(expression, f"{name} is {why} ({module.path}:{line})")
            case Local(binding=Function()):
                raise UnresolvedError(expression, f"{name} is a function")
            case File(module=module):
                raise UnresolvedError(expression, f"{name} is the module {module.path}")
            case External(dotted=dotted):
                meaning = f" (it is {dotted})" if dotted != name else ""
                raise UnresolvedError(expression, f"{name} is not defined in the project's files{meaning}")
            case _:
                raise UnresolvedError(expression, f"{name} refers to itself, or is not defined in the project's files")

    def _part(self, expression: Located) -> str:
        if not isinstance(expression.node, ast.FormattedValue):
            return str(self.value(expression))
        value = self.value(Located(expression.module, expression.node.value))
        spec = (
            str(self.value(Located(expression.module, expression.node.format_spec)))
            if expression.node.format_spec
            else ""
        )
        convert = _CONVERSIONS.get(expression.node.conversion)
        try:
            return format(convert(value) if convert else value, spec)
        except (TypeError, ValueError) as error:
            raise UnresolvedError(expression, str(error)) from error

    def _sequence(self, expression: Located) -> Value:
        items: list[Value] = []
        for node in expression.node.elts if isinstance(expression.node, ast.List | ast.Tuple | ast.Set) else ():
            if isinstance(node, ast.Starred):
                items.extend(self._list(Located(expression.module, node.value)))
            else:
                items.append(self.value(Located(expression.module, node)))
        if isinstance(expression.node, ast.Tuple):
            return tuple(items)
        try:
            return set(items) if isinstance(expression.node, ast.Set) else items
        except TypeError as error:
            raise UnresolvedError(expression, str(error)) from error

    def _list(self, expression: Located) -> list[Value]:
        value = self.value(expression)
        if isinstance(value, list | tuple):
            return [*cast("Sequence[Value]", value)]
        raise UnresolvedError(expression, f"{_shown(expression.node)} is not a list")

    def _mapping(self, expression: Located) -> dict[Value, Value]:
        value = self.value(expression)
        if isinstance(value, dict):
            return {**cast("Mapping[Value, Value]", value)}
        raise UnresolvedError(expression, f"{_shown(expression.node)} is not a dict")

    def _dict(
        self, expression: Located, keys: Sequence[ast.expr | None], values: Sequence[ast.expr]
    ) -> dict[Value, Value]:
        entries: dict[Value, Value] = {}
        for key, node in zip(keys, values, strict=True):
            value = Located(expression.module, node)
            if key is None:
                entries |= self._mapping(value)
                continue
            try:
                entries[self.value(Located(expression.module, key))] = self.value(value)
            except TypeError as error:
                raise UnresolvedError(expression, str(error)) from error
        return entries

    def _number(self, expression: Located) -> float:
        value = self.value(expression)
        if isinstance(value, int | float):
            return value
        raise UnresolvedError(expression, f"{_shown(expression.node)} is not a number")

    def _binary(self, expression: Located, left: Located, op: ast.operator, right: Located) -> Value:
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
            raise UnresolvedError(expression, f"{_shown(expression.node)} is not a literal")
        try:
            return compute(self._number(left), self._number(right))
        except (ArithmeticError, ValueError) as error:
            raise UnresolvedError(expression, str(error)) from error

    def _item(self, expression: Located, owner: Located, index: Located) -> Value:
        container, key = self.value(owner), self.value(index)
        try:
            if isinstance(container, dict | list | tuple | str):
                return cast("Mapping[Value, Value]", container)[key]
        except (LookupError, TypeError) as error:
            raise UnresolvedError(expression, f"{_shown(owner.node)} has no item {key!r}") from error
        raise UnresolvedError(expression, f"{_shown(expression.node)} is not a literal")

    def _call(self, expression: Located, call: ast.Call) -> Value:
        target = self._codebase.target(expression.module, call.func)
        name = target.dotted if isinstance(target, External) else ""
        if name == "dict" and not call.args:
            return {key: self.value(value) for key, value in self._keywords(expression, call.keywords).items()}
        construct = _CONSTRUCTORS.get(name)
        if construct is None:
            raise UnresolvedError(expression, f"{_shown(call.func)}(…) is known only when it runs")
        arguments = [self.value(Located(expression.module, argument)) for argument in call.args]
        keywords = {key: self.value(value) for key, value in self._keywords(expression, call.keywords).items()}
        try:
            return construct(*arguments, **keywords)
        except (TypeError, ValueError, OverflowError) as error:
            raise UnresolvedError(expression, f"{_shown(call.func)}: {error}") from error


def _shown(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
