"""How declarations name secrets, and the stack file keeps them: shapes, checked; made and parsed in one place."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple, cast

import pydantic

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"[A-Za-z0-9_+=.@-]+(/[A-Za-z0-9_+=.@-]+)*")
_LONGEST_NAME = 400
_LISTED = ("envar_name", "envar_value")


class Reference(NamedTuple):
    """A secret of the environment by its name there; `json_key`: one key of a secret that holds a JSON object."""

    name: str
    json_key: str | None

    def __str__(self) -> str:
        """`name` or `name:json-key`, the inverse of `parse`."""
        return self.name if self.json_key is None else f"{self.name}:{self.json_key}"


def parse(text: str) -> Reference:
    """Inverse of `str(reference)`. Raises ValueError where it is neither `name` nor `name:json-key`."""
    name, colon, key = text.partition(":")
    # ECS takes a version's stage and id after more colons; nobody pins these here.
    if colon and (not key or ":" in key):
        raise ValueError("write the name of a secret, or name:json-key")
    return Reference(checked_name(name), key or None)


def checked_name(name: str) -> str:
    """The name itself; ValueError where AWS would refuse it.

    Characters and length: botocore 1.43.117, Secrets Manager, `CreateSecret`; of its 512 characters
    `{prefix}/{environment}/` needs some.
    """
    if _NAME.fullmatch(name) and len(name) <= _LONGEST_NAME:
        return name
    raise ValueError(
        f"a secret's name is letters, digits and _+=.@- in parts between single /, {_LONGEST_NAME} at most"
    )


def _checked_variable(name: str) -> str:
    if _VARIABLE.fullmatch(name):
        return name
    raise ValueError("an environment variable is letters, digits and _, the first no digit")


def _checked_reference(text: str) -> str:
    return str(parse(text))


def _as_mapping(declared: Any) -> Any:
    """The listed form: `[{"envar_name": "PASSWORD", "envar_value": "warehouse:password"}]`."""
    if not isinstance(declared, list | tuple):
        return declared
    secrets: dict[str, str] = {}
    for item in cast("Sequence[Any]", declared):
        variable, secret = _listed(item)
        if variable in secrets:
            raise ValueError(f"{variable} is listed twice")
        secrets[variable] = secret
    return secrets


def _listed(item: Any) -> tuple[str, str]:
    fields: Mapping[object, object] = cast("Mapping[object, object]", item) if isinstance(item, Mapping) else {}
    match [fields.get(key) for key in _LISTED]:
        case [str() as variable, str() as secret] if len(fields) == len(_LISTED):
            return variable, secret
        case _:
            raise ValueError(f"write {{{_LISTED[0]}: …, {_LISTED[1]}: …}}, or all as one {{variable: secret}}")


Name = Annotated[str, pydantic.AfterValidator(checked_name)]
"""Of a secret within its environment."""

ReferenceText = Annotated[str, pydantic.AfterValidator(_checked_reference)]
"""`name` or `name:json-key`."""

Declared = Annotated[
    dict[Annotated[str, pydantic.AfterValidator(_checked_variable)], ReferenceText],
    pydantic.BeforeValidator(_as_mapping),
]
"""Environment variable to the secret it gets, or a list of `{envar_name, envar_value}`."""
