"""Desired states of small environments, said as data: for tests of what moves between two of them."""

import copy
from collections.abc import Mapping
from typing import Any

from flowstacks.core.problem import Place
from flowstacks.desired import choice, desired_state
from flowstacks.desired.objects import Desired
from flowstacks.desired.recipe import Source
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config
from tests.support import manifests
from tests.support.manifests import PIN

_SOURCE = Source(url="https://git.test/flows.git", credentials=None, checkout="/checkout")
_CONFIG = {"environment": "main", "runtime": "process", "schedule_policy": "active", "release": {"commit": PIN}}

BASE: dict[str, Any] = {
    "config": {},
    "projects": {"etl": {"commit": "a" * 40, "tree_key": "t1"}},
    "flows": {"load": {"project_name": "etl", "deployments": {"etl/load/daily": {}}}},
}
"""One flow of one project."""


def environment(said: Mapping[str, Any]) -> Desired:
    """`config` beyond the least, `projects` by name, `flows` by name with their `deployments` by address."""
    config = Config.model_validate({**_CONFIG, **said["config"]})
    projects = tuple(manifests.project(name, **fields) for name, fields in said["projects"].items())
    flows = [_flow(name, dict(fields)) for name, fields in said["flows"].items()]
    found = {PIN: manifests.manifest(*flows, projects=projects)}
    chosen = choice.choose(config, found, lambda _: Place("Pulumi.main.yaml", 7))
    return desired_state.compose(config, RUNTIMES[config.runtime], "flowstacks/main", _SOURCE, chosen)


def _flow(name: str, fields: dict[str, Any]) -> Any:
    declared = fields.pop("deployments").items()
    return manifests.flow(
        fields.pop("name", name), *(manifests.deployment(address, **said) for address, said in declared), **fields
    )


def patched(value: Any, patch: Any) -> Any:
    """RFC 7386: a key with null goes, mappings are merged, anything else is replaced."""
    if not isinstance(patch, Mapping):
        return copy.deepcopy(patch)
    found = dict(value) if isinstance(value, Mapping) else {}
    for key, item in patch.items():
        if item is None:
            found.pop(key, None)
        else:
            found[key] = patched(found.get(key), item)
    return found
