"""What a project imports must be in its tree key: its folder and its shared paths, nothing else of the repository."""

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence

from flowstacks.discovery.findings import Findings
from flowstacks.discovery.flows import codebase, scan
from flowstacks.discovery.flows.module import Imported, Module


def inside(path: str, folders: Collection[str]) -> bool:
    """Whether `path` is one of `folders` or below one."""
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def check(
    modules: Mapping[str, Module],
    files: Collection[str],
    *,
    allowed: Sequence[str],
    harmless: Collection[str],
    findings: Findings,
) -> None:
    """An error for each import that leads to a file of the repository outside `allowed` (folder, then shared paths).

    `files`: all Python files of the repository; `harmless`: the `__init__.py` above the allowed paths that hold no
    code, so that running them changes nothing.
    """
    for module in modules.values():
        if scan.is_test(module.path, allowed):
            continue
        for imported in module.parsed.imports:
            outside = [
                path
                for path in _leads_to(module.path, imported, files, allowed)
                if not inside(path, allowed) and path not in harmless
            ]
            if outside:
                findings.error(
                    "import-outside-project",
                    module.path,
                    imported.line,
                    f"{_shown(imported)} leads to {outside[-1]}, outside {allowed[0]} and its shared paths",
                    f"Add it to shared under [tool.flowstacks] in {allowed[0]}/pyproject.toml, or copy it there",
                )


def _leads_to(importing: str, imported: Imported, files: Collection[str], allowed: Sequence[str]) -> Iterator[str]:
    """Files that the import runs: the `__init__.py` of each package above, then the module itself."""
    if not imported.level and imported.module.partition(".")[0] in sys.stdlib_module_names:
        return
    module = imported.module
    names = [f"{module}.{imported.name}".lstrip(".")] if imported.name and imported.name != "*" else []
    file = ""
    for name in [*names, module]:
        paths = codebase.candidates(importing, (allowed[0], ""), name, imported.level)
        file = next((path for path in paths if path in files), "")
        if file:
            break
    if not file:
        return
    if not imported.level:
        yield from _packages_above(file, files, module)
    yield file


def _packages_above(path: str, files: Collection[str], module: str) -> Iterator[str]:
    # Only the packages that the dotted name walks through are run, not every folder up to the root.
    folders = path.removesuffix("/__init__.py").split("/")[:-1]
    for depth in range(max(0, len(folders) - module.count(".") - 1), len(folders)):
        init = "/".join([*folders[: depth + 1], "__init__.py"])
        if init in files and init != path:
            yield init


def _shown(imported: Imported) -> str:
    dots = "." * imported.level
    return f"from {dots}{imported.module} import {imported.name}" if imported.name else f"import {imported.module}"
