"""Secrets of the stack file in places that everybody reads. Pure.

The engine hands them over decrypted, and a deployment's values stand in the clear in the state, in previews and on the
Prefect server.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from flowstacks.core import problem
from flowstacks.core.problem import Place
from flowstacks.stack.config import NAMESPACE
from flowstacks.stack.stack_file import SECRET, Key

_KEPT = (f"{NAMESPACE}:prefect", f"{NAMESPACE}:secrets")
"""How to reach the server goes no further than a request's header; secrets stay encrypted in the state."""


def check(values: Mapping[str, Any], locate: Callable[[Sequence[Key]], Place]) -> list[problem.Problem]:
    """`values` as the stack file has them, `SECRET` for each encrypted one."""
    return [
        problem.error(
            "plain-secret",
            locate(path),
            f"{'.'.join(map(str, path))} is encrypted here, and would be readable in the state and on the server",
            "Keep the value in a Prefect Secret block that the flow loads, or on `ecs` in flowstacks:secrets",
        )
        for key, value in values.items()
        if key.startswith(f"{NAMESPACE}:") and key not in _KEPT
        for path in _secrets([key], value)
    ]


def _secrets(path: list[Key], value: object) -> Iterator[list[Key]]:
    if value == SECRET:
        yield path
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[str, object]", value).items():
            yield from _secrets([*path, key], item)
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            yield from _secrets([*path, index], item)
