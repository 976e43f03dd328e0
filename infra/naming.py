"""Names, addresses and patterns, made and parsed in pairs; the naming presets are data."""

import re
from typing import NamedTuple

_NOT_IN_SLUG = re.compile(r"[^a-z0-9_]+")


class Address(NamedTuple):
    """Key of a deployment in outputs, overrides and patterns; the same in every environment."""

    project: str
    flow: str
    deployment: str

    def __str__(self) -> str:
        """`project/flow/deployment`, the inverse of `parse_address`."""
        return "/".join(self)


def slug(text: str) -> str:
    """Lower case, everything but letters, digits and `_` becomes `-`: `Daily load (EU)` -> `daily-load-eu`."""
    return _NOT_IN_SLUG.sub("-", text.lower()).strip("-")


def address(project: str, flow: str, deployment: str) -> Address:
    """Address of a deployment from the project's folder name, the flow's and the deployment's own name."""
    return Address(project, slug(flow), slug(deployment))


def parse_address(text: str) -> Address:
    """Inverse of `str(address)`. Raises ValueError unless there are three parts, none empty."""
    parts = text.split("/")
    if len(parts) != len(Address._fields) or not all(parts):
        raise ValueError(f"{text!r} is no address; write project/flow/deployment")
    return Address(*parts)
