"""Where a config value is written: `Pulumi.<stack>.yaml` first, then the shared `Pulumi.yaml`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from flowstacks.core import naming, problem, yaml_limits, yaml_scalar
from flowstacks.core.errors import RejectedError
from flowstacks.core.problem import Place
from flowstacks.core.yaml_scalar import Fault

Key = str | int
Locate = Callable[[Sequence[Key]], Place]
"""Gives file and line of a path of keys, as `StackFile.place` does."""

PROJECT_FILE = "Pulumi.yaml"
SECRET = "[secret]"  # noqa: S105 - no password, but the mark of one
"""Replaces an encrypted value: only the engine can decrypt it."""


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
        """Config as the engine hands it over, the stack file over `Pulumi.yaml`; `SECRET` for each encrypted value."""
        merged: dict[str, Any] = {}
        for _, config in reversed(self._files):
            merged.update(_unwrapped(config))
        return {key: _as_handed_over(value) for key, value in merged.items()}


def read(path: Path) -> Mapping[str, Any]:
    """The whole of a YAML file, with line numbers.

    Raises `RejectedError` where it is no YAML mapping, or holds what `yaml_limits` refuses.
    """
    loader: Any = YAML(typ="rt")  # ruamel's load() is untyped
    try:
        text = _text(path)
        _refuse(path.name, yaml_limits.faults(text))
        document: Any = loader.load(text)
    except (YAMLError, UnicodeDecodeError) as broken:
        mark: Any = getattr(broken, "problem_mark", None)
        cause = str(getattr(broken, "problem", None) or "not YAML")
        raise RejectedError([_broken(path.name, mark.line + 1 if mark else 0, cause)]) from broken
    if not isinstance(document, Mapping):
        raise RejectedError([_broken(path.name, 1, "not a mapping")])
    return cast("Mapping[str, Any]", document)


def _config_of(path: Path) -> Mapping[str, Any]:
    document: Mapping[str, Any] = read(path) if path.exists() else {}
    config: Any = document.get("config") or {}
    if not isinstance(config, Mapping):
        raise RejectedError([_broken(path.name, _line(document, ["config"]), "config is not a mapping")])
    return cast("Mapping[str, Any]", config)


def _text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(yaml_limits.MOST_BYTES + 1)
    if len(content) > yaml_limits.MOST_BYTES:
        cause = f"it has more than {yaml_limits.MOST_BYTES:,} bytes"
        raise RejectedError([_broken(path.name, 0, cause, "Write broader patterns, or split the environment")])
    return content.decode("utf-8-sig")


def _refuse(file: str, faults: Iterable[Fault]) -> None:
    problems = [_broken(file, fault.line, fault.message, fault.remedy) for fault in faults]
    if problems:
        raise RejectedError(problems)


def _broken(file: str, line: int, cause: str, remedy: str = "Mend the YAML") -> problem.Problem:
    return problem.error("broken-stack-file", Place(file, line), cause, remedy)


def _line(config: Any, path: Sequence[Key]) -> int:
    number = 0
    for key, marks in _walk(config, path):
        number = cast("int", marks.data[key][0]) + 1
    return number


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


def _as_handed_over(value: Any) -> Any:
    if isinstance(value, Mapping):
        node = cast("Mapping[str, Any]", value)
        return SECRET if set(node) == {"secure"} else {key: _as_handed_over(inner) for key, inner in node.items()}
    if isinstance(value, list):
        return [_as_handed_over(inner) for inner in cast("list[Any]", value)]
    return yaml_scalar.as_handed_over(value) if isinstance(value, float) else value


def _is_typed(value: Any) -> bool:
    return isinstance(value, Mapping) and bool({"value", "default"} & set(cast("Mapping[str, Any]", value)))
