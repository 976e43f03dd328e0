"""What is valid of a config that has problems: independent problems further on can then be reported with them.

A broken part is dropped, and its name is kept, so that nothing is concluded from its absence.
"""

import copy
import dataclasses
import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import pydantic

from flowstacks.core.errors import RejectedError
from flowstacks.core.problem import Place, Problem
from flowstacks.stack import config
from flowstacks.stack.config import NAMESPACE, Config
from flowstacks.stack.override import Override
from flowstacks.stack.stack_file import Key, Locate

_SUBSTITUTES = {"runtime": "", "schedule_policy": "paused"}
"""Values for required keys that are missing or broken; what depends on them is not checked."""
_LAYERS = {"defaults": 1, "overrides": 2}
"""Keys that hold settings of deployments, with the number of keys above a setting."""
_RELEASE_IMAGES = ("release", "images")


@dataclasses.dataclass(frozen=True, kw_only=True)
class PartialConfig:
    """A config without its broken parts."""

    config: Config
    """What is valid, and defaults for the rest."""
    problems: Sequence[Problem]
    """What is wrong with the rest; empty where the config is whole."""
    broken: Mapping[str, Place]
    """Top-level keys, and settings of deployments, that are missing from `config` for a problem, with its place."""


def load(stack: str, values: Mapping[str, Any], place: Locate) -> PartialConfig:
    """As `flowstacks.stack.config.load`, for a config that may have problems.

    Raises `RejectedError` where nothing of it can be used.
    """
    raw, problems = config.assembled(stack, values, place)
    raw = copy.deepcopy(raw)
    broken = dict.fromkeys(["region"] if problems else [], place(["aws:region"]))
    for attempt in range(len(raw) + 1):
        try:
            valid = Config.model_validate(raw)
        except pydantic.ValidationError as invalid:
            if attempt == 0:
                problems += config.refusals(invalid, config.written(values, place), place)
            errors = invalid.errors()
            broken = {name: _place(error, place) for error in errors for name in _names(error)} | broken
            _drop(raw, [config.key_path(error) for error in errors], whole=attempt > 1)
        else:
            return PartialConfig(config=valid, problems=problems, broken=broken)
    raise RejectedError(problems)


def _place(error: Any, place: Locate) -> Place:
    first, *deeper = config.key_path(error)
    return place([f"{NAMESPACE}:{first}", *deeper])


def _drop(raw: dict[str, Any], paths: Sequence[Sequence[Key]], *, whole: bool) -> None:
    """Remove what the paths lead to; `whole`: the top-level keys, because removing less did not help."""
    targets = [[path[0]] if whole else _existing(raw, path) for path in paths]
    for target in targets:
        node = raw
        for key in target[:-1]:
            node = cast("dict[str, Any]", node.get(cast("str", key), {}))
        node.pop(cast("str", target[-1]), None)
    for name, value in _SUBSTITUTES.items():
        raw.setdefault(name, value)


def _existing(raw: Mapping[str, Any], path: Sequence[Key]) -> list[Key]:
    """The part of `path` that `raw` has, down to the first list: an item is not removed without the others."""
    existing: list[Key] = []
    node: Any = raw
    for key in path:
        if not isinstance(node, Mapping) or key not in node:
            break
        existing.append(key)
        node = cast("Mapping[Key, Any]", node)[key]
    return existing or [path[0]]


def _names(error: Any) -> Iterator[str]:
    """Names of what is broken. For an unknown key this is the known one that was probably meant."""
    path = config.key_path(error)
    key = str(path[0])
    is_unknown = error["type"] == "extra_forbidden"
    if key not in _LAYERS:
        name = ".".join(map(str, path[:2])) if path[:2] == _RELEASE_IMAGES else key
        yield _meant(name, Config) if is_unknown and len(path) == 1 else name
    elif len(path) <= _LAYERS[key]:
        yield from Override.model_fields
    else:
        name = str(path[_LAYERS[key]])
        yield _meant(name, Override) if is_unknown else name


def _meant(name: str, model: type[pydantic.BaseModel]) -> str:
    near = difflib.get_close_matches(name, list(model.model_fields), n=1)
    return near[0] if near else name
