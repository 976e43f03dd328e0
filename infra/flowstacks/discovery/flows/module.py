"""One parsed Python file: what its top level binds to which name, without running any of it."""

import ast
import dataclasses
import functools
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence

from flowstacks.git.git_tree import Blob

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


@dataclasses.dataclass(frozen=True)
class Imported:
    """A name bound by an import: `from {'.' * level}{module} import {name}` or `import {module}`."""

    module: str
    """Dotted; empty in `from . import x`."""
    level: int
    """Number of leading dots."""
    name: str | None
    """None for `import {module}`."""
    line: int
    """Counts from 1."""


@dataclasses.dataclass(frozen=True)
class Assigned:
    """`name = value`, once."""

    value: ast.expr


@dataclasses.dataclass(frozen=True)
class Function:
    """The last `def` of that name."""

    node: AnyFunction


@dataclasses.dataclass(frozen=True)
class Opaque:
    """A name whose value the text does not determine; `why` completes "it is …"."""

    why: str
    line: int


_BLOCKS: Mapping[type[ast.AST], tuple[str, ...]] = {
    node: tuple(field for field in node._fields if field in ("body", "orelse", "finalbody", "handlers", "cases"))
    for node in (*ast.stmt.__subclasses__(), ast.ExceptHandler, ast.match_case)
}
"""Fields of a statement that hold further statements."""

Binding = Imported | Assigned | Function | Opaque


@dataclasses.dataclass(frozen=True)
class Broken:
    """A file that Python can't parse."""

    line: int
    message: str


@dataclasses.dataclass(frozen=True)
class Parsed:
    """One parsed file."""

    tree: ast.Module
    """The whole syntax tree."""
    bindings: Mapping[str, Binding]
    """Names of the top level."""
    functions: Mapping[str, AnyFunction]
    """The last `def` of each top-level name, also where the name is bound anew later."""
    stars: Sequence[Imported]
    """Every `from x import *`."""
    imports: Sequence[Imported]
    """Every import, at any depth."""


@dataclasses.dataclass(frozen=True)
class Module:
    """A parsed file at its path (relative to the repository root)."""

    path: str
    parsed: Parsed = dataclasses.field(compare=False, repr=False)


@functools.lru_cache(maxsize=4096)
def parse(blob: Blob) -> Parsed | Broken:
    """Parse bytes as Python does: encoding cookie, BOM. Cached by blob id."""
    try:
        with warnings.catch_warnings():
            # A doubtful escape is the flow author's business; Python itself warns of it.
            warnings.simplefilter("ignore")
            tree = ast.parse(blob.content)
    except SyntaxError as error:
        return Broken(line=error.lineno or 0, message=error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        # 3.11 raises ValueError for a null byte; the parser gives up on thousands of nested brackets with the others.
        return Broken(line=0, message=str(error) or "the file is nested too deeply")
    bindings = _Bindings()
    bindings.read(tree.body)
    return Parsed(
        tree=tree,
        bindings=bindings.names,
        functions=bindings.functions,
        stars=tuple(bindings.stars),
        imports=tuple(_all_imports(tree.body)),
    )


def is_main_guard(test: ast.expr) -> bool:
    """`__name__ == "__main__"`: its body never runs on import."""
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Eq)
    )


def imports_of(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Imported]]:
    """Each local name with what is imported under it; `import a.b` binds `a`."""
    for alias in statement.names:
        if isinstance(statement, ast.ImportFrom):
            imported = Imported(statement.module or "", statement.level, alias.name, statement.lineno)
            yield alias.asname or alias.name, imported
        elif alias.asname:
            yield alias.asname, Imported(alias.name, 0, None, statement.lineno)
        else:
            top = alias.name.partition(".")[0]
            yield top, Imported(top, 0, None, statement.lineno)


def _all_imports(statements: Iterable[ast.AST]) -> Iterator[Imported]:
    """Walks statements only: an import is never inside an expression, where most of a file's nodes are."""
    for node in statements:
        if isinstance(node, ast.ImportFrom):
            yield from (imported for _, imported in imports_of(node))
        elif isinstance(node, ast.Import):
            yield from (Imported(alias.name, 0, None, node.lineno) for alias in node.names)
        for block in _BLOCKS.get(type(node), ()):
            yield from _all_imports(getattr(node, block))


class _Bindings:
    """Collects the names bound by top-level statements, also inside `if`, `try` and `with`."""

    def __init__(self) -> None:
        self.names: dict[str, Binding] = {}
        self.functions: dict[str, AnyFunction] = {}
        self.stars: list[Imported] = []

    def read(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            self._bind_statement(statement)

    def _bind_statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Import() | ast.ImportFrom():
                self._imports(statement)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.names[statement.name] = Function(statement)
                self.functions[statement.name] = statement
            case ast.ClassDef():
                self._bind(statement.name, Opaque("a class", statement.lineno))
            case ast.Assign():
                for target in statement.targets:
                    self._assign(target, statement.value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, value)
            case ast.AugAssign(target=target):
                self._spoil(target, "changed by an augmented assignment")
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=changed))):
                self._spoil(changed, "changed by a method call")
            case ast.If(test=test) if is_main_guard(test):
                self.read(statement.orelse)
            case _:
                self._block(statement)

    def _block(self, statement: ast.stmt) -> None:
        match statement:
            case ast.If():
                self.read(statement.body)
                self.read(statement.orelse)
            case ast.With() | ast.AsyncWith():
                for item in statement.items:
                    self._target(item.optional_vars, "bound by a `with`")
                self.read(statement.body)
            case ast.For() | ast.AsyncFor():
                self._target(statement.target, "bound by a loop")
                self._spoil_assigned(statement.body)
            case ast.While():
                self._spoil_assigned(statement.body)
            case ast.Try() | ast.TryStar():
                self.read(statement.body)
                for handler in statement.handlers:
                    self._fallback(handler.body)
                self.read([*statement.orelse, *statement.finalbody])
            case _:
                return

    def _fallback(self, statements: Sequence[ast.stmt]) -> None:
        """The body of `except` counts only for the names that the `try` leaves unbound."""
        other = _Bindings()
        other.read(statements)
        self.functions = {**other.functions, **self.functions}
        self.names = {**other.names, **self.names}
        self.stars.extend(other.stars)

    def _imports(self, statement: ast.Import | ast.ImportFrom) -> None:
        for name, imported in imports_of(statement):
            if imported.name == "*":
                self.stars.append(imported)
            elif not isinstance(self.names.get(name), Imported):
                self._bind(name, imported)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        match target:
            case ast.Name(id=name):
                self._bind(name, Assigned(value))
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
                if len(values) == len(targets):
                    for part, item in zip(targets, values, strict=True):
                        self._assign(part, item)
                else:
                    self._target(target, "unpacked from an expression")
            case _:
                self._spoil(target, "changed after it was assigned")

    def _bind(self, name: str, binding: Binding) -> None:
        if name in self.names:
            line = binding.value.lineno if isinstance(binding, Assigned) else getattr(binding, "line", 0)
            binding = Opaque("assigned more than once", line)
        self.names[name] = binding

    def _target(self, target: ast.expr | None, why: str) -> None:
        for node in ast.walk(target) if target else ():
            if isinstance(node, ast.Name):
                self.names[node.id] = Opaque(why, node.lineno)

    def _spoil(self, target: ast.expr, why: str) -> None:
        """`X[...] = …`, `X.attr = …`, `X += …`, `X.update(…)`: X no longer has the assigned value."""
        base = target
        while isinstance(base, ast.Subscript | ast.Attribute):
            base = base.value
        if isinstance(base, ast.Name) and isinstance(self.names.get(base.id), Assigned):
            self.names[base.id] = Opaque(why, target.lineno)

    def _spoil_assigned(self, statements: Sequence[ast.stmt]) -> None:
        other = _Bindings()
        other.read(statements)
        for name in other.names:
            self.names[name] = Opaque("bound by a loop", statements[0].lineno)
        for statement in statements:
            match statement:
                case ast.AugAssign(target=target) | ast.Assign(targets=[target]):
                    self._spoil(target, "changed by a loop")
                case ast.Expr(value=ast.Call(func=ast.Attribute(value=changed))):
                    self._spoil(changed, "changed by a method call")
                case _:
                    continue
