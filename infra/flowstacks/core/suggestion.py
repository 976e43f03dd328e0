"""The known name that the user probably meant."""

import difflib
import typing
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import pydantic

Key = str | int
_MOST = 10


def closest(name: str, known: Iterable[str]) -> str:
    """A remedy: the closest of the known names, or the first of them."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {near[0]!r}?" if near else _listed(names, _MOST)


def closest_key(key: str, known: Collection[str], present: Collection[str]) -> str:
    """A remedy for an unknown key of a model: the closest key, or all known keys.

    `present`: the keys written at the same place; a second one of the same name would be refused.
    """
    near = difflib.get_close_matches(key, sorted(known), n=1)
    if near and near[0] in present:
        return f"Did you mean {near[0]!r}? It is written already: remove one of them"
    return f"Did you mean {near[0]!r}?" if near else _listed(sorted(known), len(known))


def closest_address(pattern: str, known: Iterable[str]) -> str:
    """As `closest`, for an address or a pattern of addresses; a project that exists is taken to be meant."""
    addresses = list(known)
    project = pattern.partition("/")[0]
    same_project = [address for address in addresses if address.partition("/")[0] == project]
    if same_project:
        return closest(pattern, same_project)
    projects = sorted({address.partition("/")[0] for address in addresses})
    near = difflib.get_close_matches(project, projects, n=1)
    if near:
        return closest(pattern, [address for address in addresses if address.partition("/")[0] == near[0]])
    return f"Known projects are {', '.join(projects)}" if projects else "None is known"


def _listed(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"Known are {', '.join(names[:most])}{more}" if names else "None is known"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)`, or nothing where no known name is close."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def fields_at(model: type[pydantic.BaseModel], path: Sequence[Key]) -> list[str]:
    """Names of the fields, as written in a file, of the model that a path through `model` leads to."""
    node: Any = model
    for key in path:
        field = node.model_fields.get(key) if _is_model(node) else None
        node = _inner(field.annotation) if field else _inner(node)
    return [field.alias or name for name, field in node.model_fields.items()] if _is_model(node) else []


def _is_model(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, pydantic.BaseModel)


def _inner(annotation: Any) -> Any:
    """The model inside `dict[str, M]`, `tuple[M, ...]` or `M | None`; the annotation itself where there is none."""
    if _is_model(annotation):
        return annotation
    models = [_inner(part) for part in typing.get_args(annotation) if part is not type(None)]
    return next((model for model in models if _is_model(model)), annotation)
