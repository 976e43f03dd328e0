"""Logins for the Prefect server that anybody who reads the stack file has. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flowstacks.core import problem
from flowstacks.core.problem import Place
from flowstacks.stack import server
from flowstacks.stack.config import NAMESPACE
from flowstacks.stack.stack_file import Key

_KEY = f"{NAMESPACE}:prefect"
_VARIABLES = {"api_key": "PREFECT_API_KEY", "auth_string": "PREFECT_API_AUTH_STRING"}
"""Environment variable that gives a field's value where the stack file does not."""


def check(values: Mapping[str, Any], locate: Callable[[Sequence[Key]], Place]) -> list[problem.Problem]:
    """`values` as the stack file has them, `SECRET` for each encrypted one."""
    return list(_problems(values.get(_KEY), locate))


def _problems(section: Any, locate: Callable[[Sequence[Key]], Place]) -> Iterator[problem.Problem]:
    for field in server.plain_logins(section):
        message = f"{_KEY}.{field} {'is' if field in _VARIABLES else 'holds a user or a password'} in plain text"
        key = field if field in _VARIABLES else "auth_string"
        command = f"pulumi config set --secret --path {_KEY}.{key}"
        remedy = f"Take it out, and put it back with `{command}`, or set {_VARIABLES[key]}"
        yield problem.error("plain-secret", locate([_KEY, field]), message, remedy)
