"""Where a config value stands: `Pulumi.<stack>.yaml` first, then the shared `Pulumi.yaml`."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from flowstacks.core import naming, problem
from flowstacks.core.errors import RejectedError
from flowstacks.core.problem import Place

Key = str | int
PROJECT_FILE = "Pulumi.yaml"
SECRET = "[secret]"  # noqa: S105 - no password: it says that one stands there
"""Stands for an encrypted value: only the engine can decrypt it."""


class StackFile:
    """The two files of a stack, parsed with line numbers.

    Raises `RejectedError` where one of them is not YAML.
    """

    def __init__(self, root: Path, stack: str) -> None:
        """`root` holds `Pulumi.yaml`; a file that does not exist counts as empty."""
        self.name = naming.stack_file(stack)
        self._files = [(name, _config_of(root / name)) for name in (self.name, PROJECT_FILE)]

    def place(self, path: Sequence[Key]) -> Place:
        """Line of the deepest part of `path` that is written in a file; the stack file itself where none is."""
        for name, config in self._files:
            line = _line(config, path)
            if line:
                return Place(name, line)
        return Place(self.name, 0)

    def values(self) -> dict[str, Any]:
        """Config as written, the stack file over `Pulumi.yaml`; `SECRET` for each encrypted value."""
        merged: dict[str, Any] = {}
        for _, config in reversed(self._files):
            merged.update(_unwrapped(config))
        return {key: _without_secrets(value) for key, value in merged.items()}


def read(path: Path) -> Mapping[str, Any]:
    """The whole of a YAML file, with line numbers. Raises `RejectedError` where it is no YAML mapping."""
    loader: Any = YAML(typ="rt")  # ruamel's load() is untyped
    try:
        document: Any = loader.load(path)
    except (YAMLError, UnicodeDecodeError) as broken:
        mark: Any = getattr(broken, "problem_mark", None)
        why = str(getattr(broken, "problem", None) or "not YAML")
        raise RejectedError([_broken(path.name, mark.line + 1 if mark else 0, why)]) from broken
    if not isinstance(document, Mapping):
        raise RejectedError([_broken(path.name, 1, "not a mapping")])
    return cast("Mapping[str, Any]", document)


def _config_of(path: Path) -> Mapping[str, Any]:
    document: Mapping[str, Any] = read(path) if path.exists() else {}
    config: Any = document.get("config") or {}
    if not isinstance(config, Mapping):
        raise RejectedError([_broken(path.name, _line(document, ["config"]), "config is not a mapping")])
    return cast("Mapping[str, Any]", config)


def _broken(file: str, line: int, why: str) -> problem.Problem:
    return problem.error("broken-stack-file", Place(file, line), why, "Mend the YAML")


def _line(config: Any, path: Sequence[Key]) -> int:
    found = 0
    for key, marks in _walk(config, path):
        found = cast("int", marks.data[key][0]) + 1
    return found


def _walk(node: Any, path: Sequence[Key]) -> Iterator[tuple[Key, Any]]:
    for key in path:
        marks = getattr(node, "lc", None)
        if marks is None or marks.data is None or key not in marks.data:
            return
        yield key, marks
        node = node[key]


def _unwrapped(config: Mapping[str, Any]) -> dict[str, Any]:
    """`Pulumi.yaml` may write a value as `{value: …}` or as a default of a typed key."""
    return {
        key: value.get("value", value.get("default")) if _is_typed(value) else value for key, value in config.items()
    }


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Mapping):
        node = cast("Mapping[str, Any]", value)
        return SECRET if set(node) == {"secure"} else {key: _without_secrets(inner) for key, inner in node.items()}
    if isinstance(value, list):
        return [_without_secrets(inner) for inner in cast("list[Any]", value)]
    return value


def _is_typed(value: Any) -> bool:
    return isinstance(value, Mapping) and bool({"value", "default"} & set(cast("Mapping[str, Any]", value)))
