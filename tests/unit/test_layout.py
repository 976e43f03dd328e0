"""The tree says what the architecture is: rooms in one order, import directions, sizes, names, and the frozen files."""

import ast
import itertools
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "infra" / "flowstacks"
FILES = sorted(PACKAGE.rglob("*.py"))
_LONGEST_FILE, _LONGEST_FUNCTION = 350, 40
_MOST_FILES = 15

# A room imports itself and rooms to its left, none to its right.
ROOMS = (
    "core", "git", "stack", "provider", "discovery", "desired", "aws", "runtimes", "images", "checks", "evaluation",
    "pins", "difference", "pulumi_cli", "promotion", "report", "environment", "outputs", "program", "local",
    "aws_plugin", "cli", "__main__",
)  # fmt: skip
# Narrower than the order: what a room must do without, although it stands to its left.
WITHOUT = {
    "provider": ("core", "git", "stack"),
    "discovery": ("provider",),
    "environment": ("discovery",),
    "local": ("provider", "desired", "discovery", "promotion", "evaluation"),
    "aws_plugin": ("provider", "desired", "discovery", "promotion", "evaluation"),
}
# Only these import what takes seconds to load, or what only one process has.
LIBRARIES = {
    # `desired` and `runtimes` only for types: tests/unit/runtimes/test_registry.py.
    "pulumi": ("provider", "aws", "environment", "outputs", "program", "aws_plugin", "desired", "runtimes"),
    "pulumi_aws": ("aws", "aws_plugin"),
    "prefect": ("cli", "local"),
    "httpx": ("provider", "local", "cli"),
    "requests": (),
    "aiohttp": (),
}


def _module(file: Path) -> str:
    return ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {_module(file): ast.parse(file.read_text(encoding="utf-8")) for file in FILES}


def _imports(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return names


def _own_imports(tree: ast.Module) -> set[str]:
    names = {name.removeprefix("flowstacks.") for name in _imports(tree) if name.startswith("flowstacks.")}
    return {name for name in names if name in MODULES}


def _room(module: str) -> str:
    return module.partition(".")[0]


def _text(module: str) -> str:
    file = PACKAGE / f"{module.replace('.', '/')}.py"
    return (file if file.exists() else PACKAGE / module.replace(".", "/") / "__init__.py").read_text(encoding="utf-8")


def _is_package(module: str) -> bool:
    return (PACKAGE / module.replace(".", "/") / "__init__.py").exists()


def test_every_room_has_its_place_in_the_order() -> None:
    assert {_room(module) for module in MODULES} - {"__init__"} <= set(ROOMS)


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_one_way(module: str) -> None:
    room = _room(module)
    if room == "__init__":
        return
    allowed = set(ROOMS[: ROOMS.index(room) + 1]) - set(WITHOUT.get(room, ()))
    assert {name for name in _own_imports(MODULES[module]) if _room(name) not in allowed} == set()


@pytest.mark.parametrize("library", LIBRARIES)
def test_only_some_rooms_import_a_library(library: str) -> None:
    users = {_room(module) for module, tree in MODULES.items() if library in {n.split(".")[0] for n in _imports(tree)}}
    assert users <= set(LIBRARIES[library])


def test_no_imports_in_a_circle() -> None:
    edges = {module: {name for name in _own_imports(tree) if not _is_package(name)} for module, tree in MODULES.items()}
    done: set[str] = set()
    while ready := {module for module in edges if module not in done and edges[module] <= done | {module}}:
        done |= ready
    assert set(edges) - done == set()


def test_only_one_module_of_the_provider_speaks_http() -> None:
    speakers = {
        module for module, tree in MODULES.items() if _imports(tree) & {"httpx", "requests", "aiohttp", "urllib3"}
    }
    assert {module for module in speakers if _room(module) == "provider"} == {"provider.http.transport"}


def test_only_one_room_starts_the_engines_command() -> None:
    """The embedded default brings an engine of its own."""
    starters = {
        module for module in MODULES if '["pulumi", ' in _text(module) or "pulumi is not on PATH" in _text(module)
    }
    assert {_room(module) for module in starters} <= {"pulumi_cli", "local", "aws_plugin"}


@pytest.mark.parametrize("module", MODULES)
def test_files_and_functions_stay_small(module: str) -> None:
    assert len(_text(module).splitlines()) <= _LONGEST_FILE
    for node in ast.walk(MODULES[module]):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno < _LONGEST_FUNCTION, node.name


def test_folders_stay_small() -> None:
    folders: dict[Path, int] = defaultdict(int)
    for file in FILES:
        folders[file.parent] += file.name != "__init__.py"
    assert {str(folder.relative_to(ROOT)): count for folder, count in folders.items() if count > _MOST_FILES} == {}


def test_a_public_class_name_has_one_meaning() -> None:
    classes: dict[str, list[str]] = defaultdict(list)
    for module, tree in MODULES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                classes[node.name].append(module)
    assert {name: modules for name, modules in classes.items() if len(modules) > 1} == {}


def test_no_function_is_named_like_its_module() -> None:
    pairs = (
        (module, node.name)
        for module, tree in MODULES.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    )
    assert [module for module, name in pairs if module.rpartition(".")[2] == name] == []


# Pronouns and the like say what a value is to the sentence, not what it is.
_PRONOUNS = frozenset({
    "one", "ones", "said", "say", "says", "found", "told", "tell", "ours", "theirs", "wanted", "there", "each", "its",
    "those", "whose",
})  # fmt: skip
_MOST_PRONOUNS = 0.005  # of all bound names


def _bound(tree: ast.Module) -> list[str]:
    kinds = {ast.Name: "id", ast.arg: "arg", ast.FunctionDef: "name"}
    return [
        getattr(node, kinds[type(node)])
        for node in ast.walk(tree)
        if type(node) in kinds and not isinstance(getattr(node, "ctx", None), (ast.Load, ast.Del))
    ]


def test_names_are_nouns() -> None:
    names = list(itertools.chain.from_iterable(_bound(tree) for tree in MODULES.values()))
    pronouns = [name for name in names if name.strip("_") in _PRONOUNS]
    assert len(pronouns) <= _MOST_PRONOUNS * len(names), sorted(pronouns)
