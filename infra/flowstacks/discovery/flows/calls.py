"""Which flows are called by another flow of their project, directly or through plain functions."""

import ast
from collections.abc import Collection, Iterator, Mapping

from flowstacks.discovery.flows.codebase import Codebase, Local
from flowstacks.discovery.flows.module import Function, Imported, Module, imports_of

Key = tuple[str, str]
"""File and function."""


def called(codebase: Codebase, flows: Collection[Key]) -> set[Key]:
    """The flows that another one of `flows` calls; a flow's call of itself does not count."""
    calls = _Calls(codebase)
    reached: set[Key] = set()
    for flow in flows:
        reached |= {other for other in _reached(calls, flow, frozenset(flows)) if other != flow}
    return reached


def _reached(calls: "_Calls", start: Key, flows: frozenset[Key]) -> set[Key]:
    """Flows that `start` reaches without passing through another flow."""
    seen, waiting, reached = {start}, [start], set[Key]()
    while waiting:
        for callee in calls.of(waiting.pop()):
            if callee in seen:
                continue
            seen.add(callee)
            (reached.add if callee in flows else waiting.append)(callee)
    return reached


class _Calls:
    """Calls of each function, read once."""

    def __init__(self, codebase: Codebase) -> None:
        self._codebase = codebase
        self._known: dict[Key, frozenset[Key]] = {}

    def of(self, key: Key) -> frozenset[Key]:
        if key not in self._known:
            module = self._codebase.modules[key[0]]
            self._known[key] = frozenset(self._read(module, key[1]))
        return self._known[key]

    def _read(self, module: Module, function: str) -> Iterator[Key]:
        node = module.parsed.functions[function]
        nodes = [child for statement in node.body for child in ast.walk(statement)]
        inner = {
            name: imported
            for child in nodes
            if isinstance(child, ast.Import | ast.ImportFrom)
            for name, imported in imports_of(child)
        }
        for child in nodes:
            if isinstance(child, ast.Call):
                yield from self._callee(module, child.func, inner)

    def _callee(self, module: Module, expression: ast.expr, inner: Mapping[str, Imported]) -> Iterator[Key]:
        """`f(…)`, `f.submit(…)`, `f.with_options(…)(…)`, `module.f(…)`."""
        while True:
            target = self._codebase.target(module, expression, inner)
            if isinstance(target, Local) and isinstance(target.binding, Function):
                yield target.module.path, target.name
                return
            if isinstance(expression, ast.Call):
                expression = expression.func
            elif isinstance(expression, ast.Attribute):
                expression = expression.value
            else:
                return
