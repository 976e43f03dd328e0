"""Top-level `@flow` functions of a file, read from the text."""

import ast
import dataclasses
from collections.abc import Iterator, Sequence

from flowstacks.discovery import validation
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.flows import schema, values
from flowstacks.discovery.flows.codebase import Codebase, External
from flowstacks.discovery.flows.module import AnyFunction, Assigned, Module

_DECORATORS = ("prefect.flow", "prefect.flows.flow")
_PARTIAL = "functools.partial"


@dataclasses.dataclass(frozen=True)
class FlowFunction:
    """A function under `@flow`."""

    module: Module
    """Its file."""
    node: AnyFunction
    """Its definition."""
    name: str
    """Prefect's name of the flow."""
    description: str | None
    """Prefect's description of the flow."""

    @property
    def key(self) -> tuple[str, str]:
        """File and function."""
        return self.module.path, self.node.name

    @property
    def is_async(self) -> bool:
        """An `async def`."""
        return isinstance(self.node, ast.AsyncFunctionDef)


def is_test(path: str, tops: Sequence[str]) -> bool:
    """A file that pytest would collect, or one in a folder of tests: its flows are exercised, not deployed.

    `tops`: the project's folder and shared paths; their own names don't count.
    """
    top = next((top for top in tops if path.startswith(f"{top}/")), "")
    *folders, name = path.removeprefix(f"{top}/").split("/")
    return (
        name == "conftest.py"
        or (name.startswith("test_") and name.endswith(".py"))
        or name.endswith("_test.py")
        or any(folder in ("test", "tests") for folder in folders)
    )


def flows(codebase: Codebase, module: Module, findings: Findings) -> list[FlowFunction]:
    """The file's flows in the order of their lines."""
    for line, name in _called_into_being(codebase, module):
        findings.warning(
            "flow-not-decorated",
            module.path,
            line,
            f"{name} is made by calling flow(…), which is not read",
            "Write @flow(…) above each function",
        )
    functions: list[FlowFunction] = []
    for node in sorted(module.parsed.functions.values(), key=lambda function: function.lineno):
        decorator = _decorator(codebase, module, node)
        if decorator is not None:
            functions.append(_described(codebase, module, node, decorator, findings))
    return functions


def is_flow(codebase: Codebase, module: Module, expression: ast.expr) -> bool:
    """Whether a name means Prefect's decorator (prefect 3.9.1: `prefect.flow`, from `prefect/flows.py`)."""
    target = codebase.target(module, expression)
    return isinstance(target, External) and target.dotted in _DECORATORS


def _decorator(codebase: Codebase, module: Module, node: AnyFunction) -> ast.expr | None:
    for decorator in node.decorator_list:
        if is_flow(codebase, module, decorator.func if isinstance(decorator, ast.Call) else decorator):
            return decorator
    return None


def _described(
    codebase: Codebase, module: Module, node: AnyFunction, decorator: ast.expr, findings: Findings
) -> FlowFunction:
    keywords = _keywords(codebase, module, decorator, findings)
    # Prefect: `name or fn.__name__.replace("_", "-")`, `description or inspect.getdoc(fn)` (3.9.1, flows.py).
    name = _text(codebase, keywords.get("name"), "name", findings) or node.name.replace("_", "-")
    description = _text(codebase, keywords.get("description"), "description", findings) or schema.description(node)
    message = validation.name_problem(name)
    if message:
        line = keywords["name"].line if "name" in keywords else node.lineno
        findings.error("flow-name", module.path, line, f"flow {node.name}: {message}", "Choose another name")
    return FlowFunction(module=module, node=node, name=name, description=description)


def _keywords(codebase: Codebase, module: Module, decorator: ast.expr, findings: Findings) -> dict[str, values.Located]:
    if not isinstance(decorator, ast.Call):
        return {}
    keywords: dict[str, values.Located] = {}
    for keyword in decorator.keywords:
        expression = values.Located(module, keyword.value)
        try:
            keywords |= {keyword.arg: expression} if keyword.arg else values.fields(codebase, expression)
        except values.UnresolvedError as error:
            _unresolved("flow-name", "the flow's keywords", error, findings)
    return keywords


def _text(codebase: Codebase, expression: values.Located | None, keyword: str, findings: Findings) -> str | None:
    if expression is None:
        return None
    try:
        value = values.evaluate(codebase, expression)
    except values.UnresolvedError as error:
        if keyword == "name":
            _unresolved("flow-name", "the flow's name", error, findings)
        return None
    if value is not None and not isinstance(value, str):
        findings.error(
            "flow-name",
            expression.file,
            expression.line,
            f"the flow's {keyword} is {value!r}, not a string",
            "Write a string",
        )
        return None
    return value


def _unresolved(code: str, subject: str, error: values.UnresolvedError, findings: Findings) -> None:
    findings.error(
        code,
        error.expression.file,
        error.expression.line,
        f"{subject} is known only when the file runs: {error}",
        "Write it as a literal, or as a constant of the project's files",
    )


def _called_into_being(codebase: Codebase, module: Module) -> Iterator[tuple[int, str]]:
    """`load = flow(…)(fn)`, `my_flow = flow(retries=2)`, `my_flow = partial(flow, …)`."""
    for name, binding in module.parsed.bindings.items():
        if not isinstance(binding, Assigned) or not isinstance(binding.value, ast.Call):
            continue
        call = binding.value
        function = call.func.func if isinstance(call.func, ast.Call) else call.func
        target = codebase.target(module, function)
        partial = isinstance(target, External) and target.dotted == _PARTIAL and call.args
        if is_flow(codebase, module, call.args[0] if partial else function):
            yield call.lineno, name
