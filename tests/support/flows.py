"""Texts of small flow files."""

import json
from typing import Any

BARE = '''\
from prefect import flow


@flow
def hello(name: str = "world", times: int = 1) -> str:
    """Say hello."""
    return f"hello {name}" * times
'''


def declared(function: str, *deployments: dict[str, Any], name: str | None = None, body: str = "return days") -> str:
    """One flow with `days: int = 1` and the given deployments in its FLOW_SPEC."""
    decorator = f"@flow(name={name!r})" if name else "@flow"
    return (
        "from prefect import flow\n\n"
        f"FLOW_SPEC = {{'deployments': {literal(list(deployments))}}}\n\n\n"
        f"{decorator}\ndef {function}(days: int = 1) -> int:\n    {body}\n"
    )


def literal(value: Any) -> str:
    """Python source of a JSON value."""
    return repr(json.loads(json.dumps(value)))
