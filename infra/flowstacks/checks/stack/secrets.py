"""Secrets of the stack file that everybody could read. Pure.

The engine hands them over decrypted, and a deployment's values are readable in the state, in previews and on the
Prefect server.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from flowstacks.checks.check import Finding
from flowstacks.checks.facts import StackFacts
from flowstacks.stack import server
from flowstacks.stack.config import NAMESPACE
from flowstacks.stack.stack_file import SECRET, Key

KEY = f"{NAMESPACE}:secrets"
_PREFECT = f"{NAMESPACE}:prefect"
_VARIABLES = {"api_key": "PREFECT_API_KEY", "auth_string": "PREFECT_API_AUTH_STRING"}
"""Environment variable that gives a field's value where the stack file does not."""
_ENCRYPTED = (_PREFECT, KEY)
"""How to reach the server goes no further than a request's header; secrets stay encrypted in the state."""


def set_command(name: str) -> str:
    """What puts a value into the stack file, encrypted; in a path to a key Pulumi takes `.` for a step down."""
    step = f'["{name}"]' if "." in name else f".{name}"
    return f"pulumi config set --secret --path '{KEY}{step}'"


def encrypted_in_the_open(facts: StackFacts) -> Iterator[Finding]:
    """An encrypted value is where it would be readable in the state and on the server.

    Remedy: Keep the value in a Prefect Secret block, or on `ecs` in `flowstacks:secrets`.
    """
    remedy = "Keep the value in a Prefect Secret block that the flow loads, or on `ecs` in flowstacks:secrets"
    for key, value in facts.written.items():
        if key.startswith(f"{NAMESPACE}:") and key not in _ENCRYPTED:
            for path in _encrypted([key], value):
                dotted = ".".join(map(str, path))
                message = f"{dotted} is encrypted here, and would be readable in the state and on the server"
                yield Finding(facts.locate(path), message, remedy)


def _encrypted(path: list[Key], value: object) -> Iterator[list[Key]]:
    if value == SECRET:
        yield path
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[str, object]", value).items():
            yield from _encrypted([*path, key], item)
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            yield from _encrypted([*path, index], item)


def plain_logins(facts: StackFacts) -> Iterator[Finding]:
    """A login for the Prefect server is in the stack file in plain text.

    Remedy: Take it out, and put it back with `pulumi config set --secret`, or set its environment variable.
    """
    for field in server.plain_logins(facts.written.get(_PREFECT)):
        message = f"{_PREFECT}.{field} {'is' if field in _VARIABLES else 'holds a user or a password'} in plain text"
        key = field if field in _VARIABLES else "auth_string"
        command = f"pulumi config set --secret --path {_PREFECT}.{key}"
        remedy = f"Take it out, and put it back with `{command}`, or set {_VARIABLES[key]}"
        yield Finding(facts.locate([_PREFECT, field]), message, remedy)


def plain_text(facts: StackFacts) -> Iterator[Finding]:
    """A value of `flowstacks:secrets` is in the stack file in plain text, or all of them are encrypted as one.

    Remedy: Take it out, and put it back with `pulumi config set --secret`.
    """
    secrets = facts.written.get(KEY)
    if isinstance(secrets, Mapping):
        for name, value in cast("Mapping[str, object]", secrets).items():
            if value != SECRET and not isinstance(value, Mapping):
                message = f"{KEY}.{name} has its value in plain text"
                yield Finding(facts.locate([KEY, name]), message, _remedy(name))
    elif secrets is not None:
        form = "encrypted as a whole, so that its names can't be read" if secrets == SECRET else "one plain text"
        yield Finding(facts.locate([KEY]), f"{KEY} is {form}", _remedy("NAME"))


def _remedy(name: str) -> str:
    return f"Take it out, and put it back with `{set_command(name)}`"
