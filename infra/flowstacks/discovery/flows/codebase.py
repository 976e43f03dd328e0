"""The Python files of one project and its shared paths: where an import leads and what a name means."""

import ast
import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from flowstacks.discovery.flows.module import Assigned, Binding, Function, Imported, Module, Opaque

_MOST_HOPS = 50


@dataclasses.dataclass(frozen=True)
class External:
    """A dotted name from outside the project: `prefect.flow`; also a builtin: `int`."""

    dotted: str


@dataclasses.dataclass(frozen=True)
class Local:
    """A top-level name of one of the project's files."""

    module: Module
    name: str
    binding: Assigned | Function | Opaque


@dataclasses.dataclass(frozen=True)
class File:
    """One of the project's files, imported as a module."""

    module: Module


Target = External | Local | File


def folder_of(path: str) -> str:
    """`a/b/c.py` -> `a/b`; `` for a file at the root."""
    return path.rpartition("/")[0]


def dotted_name(expression: ast.expr) -> list[str] | None:
    """`a.b.c` -> its parts; None for anything else."""
    parts: list[str] = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    return [expression.id, *reversed(parts)] if isinstance(expression, ast.Name) else None


def candidates(importing: str, roots: Sequence[str], module: str, level: int) -> Iterator[str]:
    """Files (relative to the repository root) that the import of `module` in file `importing` could mean.

    Absolute imports are looked for in the importing file's folder, then in `roots`: Prefect puts the entrypoint's
    folder and the working directory on `sys.path` (prefect 3.9.1, `utilities/importtools.py`).
    """
    if level:
        base = folder_of(importing)
        for _ in range(level - 1):
            base = folder_of(base)
        bases = [base]
    else:
        bases = list(dict.fromkeys([folder_of(importing), *roots]))
    tail = module.replace(".", "/")
    for base in bases:
        whole = "/".join(part for part in (base, tail) if part)
        if tail:
            yield f"{whole}.py"
        yield f"{whole}/__init__.py" if whole else "__init__.py"


@dataclasses.dataclass(frozen=True)
class Codebase:
    """`roots`: folders that absolute imports start from, besides the importing file's own."""

    modules: Mapping[str, Module]
    roots: Sequence[str]

    def module(self, importing: str, dotted: str, level: int) -> Module | None:
        """The project's file that an import leads to."""
        paths = candidates(importing, self.roots, dotted, level)
        return next((self.modules[path] for path in paths if path in self.modules), None)

    def target(
        self, module: Module, expression: ast.expr, inner: Mapping[str, Imported] | None = None
    ) -> Target | None:
        """What a name or a dotted name in `module` means, through imports and plain aliases.

        `inner`: the imports inside the function around the expression.
        """
        parts = dotted_name(expression)
        if not parts:
            return None
        if inner and parts[0] in inner:
            target = self._follow(module, parts[0], inner[parts[0]], _MOST_HOPS)
            for part in parts[1:]:
                target = self._member(module, target, part, _MOST_HOPS)
            return target
        return self._dotted(module, parts, _MOST_HOPS)

    def _dotted(self, module: Module, parts: Sequence[str], hops: int) -> Target | None:
        target = self._name(module, parts[0], hops)
        for part in parts[1:]:
            target = self._member(module, target, part, hops)
        return target

    def _name(self, module: Module, name: str, hops: int) -> Target | None:
        binding = module.parsed.bindings.get(name)
        if binding is not None:
            return self._follow(module, name, binding, hops)
        for star in module.parsed.stars:
            inside = self.module(module.path, star.module, star.level)
            target = self._name(inside, name, hops - 1) if inside and hops else None
            if isinstance(target, Local | File):
                return target
            if not inside and star.module == "prefect" and name == "flow":
                return External("prefect.flow")
        return External(name)

    def _follow(self, module: Module, name: str, binding: Binding, hops: int) -> Target | None:
        if not hops:
            return None
        match binding:
            case Imported(name=None):
                inside = self.module(module.path, binding.module, 0)
                return File(inside) if inside else External(binding.module)
            case Imported():
                return self._imported(module, binding, hops - 1)
            case Assigned(value=ast.Name() | ast.Attribute() as other):
                parts = dotted_name(other)
                return self._dotted(module, parts, hops - 1) if parts else Local(module, name, binding)
            case _:
                return Local(module, name, binding)

    def _imported(self, module: Module, imported: Imported, hops: int) -> Target | None:
        name = imported.name or ""
        inside = (
            self.module(module.path, imported.module, imported.level) if imported.module or imported.level else None
        )
        if inside and inside != module and name in inside.parsed.bindings:
            return self._name(inside, name, hops)
        below = self.module(module.path, f"{imported.module}.{name}".lstrip("."), imported.level)
        if below:
            return File(below)
        if inside and inside != module:
            return self._name(inside, name, hops) if inside.parsed.stars else None
        return External(f"{imported.module}.{name}")

    def _member(self, module: Module, owner: Target | None, part: str, hops: int) -> Target | None:
        match owner:
            case External(dotted=dotted):
                inside = self.module(module.path, f"{dotted}.{part}", 0)
                return File(inside) if inside else External(f"{dotted}.{part}")
            case File(module=inside):
                if part in inside.parsed.bindings or inside.parsed.stars:
                    return self._name(inside, part, hops - 1) if hops else None
                below = self.module(inside.path, part, 1) if inside.path.endswith("/__init__.py") else None
                return File(below) if below else None
            case _:
                return None
