"""Container definitions: the JSON text of a task definition, and when two of them mean the same. Pure.

Rules: terraform-provider-aws v6, `internal/service/ecs/task_definition_equivalency.go`, and what AWS fills in where
nothing is said (ECS API, `ContainerDefinition`).
"""

import json
from typing import Any, cast

from flowstacks.aws_plugin.errors import RefusedError
from flowstacks.aws_plugin.properties import equality
from flowstacks.aws_plugin.properties.values import Plain

_FILLED_IN: dict[str, Plain] = {"cpu": 0, "essential": True}
_CHECKED_AS = {"interval": 30, "retries": 3, "timeout": 5}
_UNORDERED = {"environment": "name", "secrets": "name"}


def parsed(text: Plain) -> list[Any]:
    """What is registered. Raises `RefusedError` where it is no JSON list."""
    definitions = equality.json_text(text)
    if not isinstance(definitions, list):
        raise RefusedError(
            "containerDefinitions must be the JSON text of a list of container definitions. Use json.dumps"
        )
    return definitions


def same(old: Plain, new: Plain) -> bool:
    """Apart from order and from what AWS fills in."""
    return _reduced(old) == _reduced(new)


def _reduced(text: Plain) -> list[str]:
    definitions = equality.json_text(text)
    items = definitions if isinstance(definitions, list) else [definitions]
    return sorted(json.dumps(_container(item), sort_keys=True) for item in items)


def _container(item: Plain) -> Plain:
    if not isinstance(item, dict):
        return item
    container = {
        key: value for key, value in item.items() if value not in (None, [], {}) and _FILLED_IN.get(key, ...) != value
    }
    for key, order in _UNORDERED.items():
        if key in container:
            container[key] = sorted(
                cast("list[Plain]", container[key]), key=lambda pair: str(cast("Any", pair).get(order))
            )
    if "portMappings" in container:
        container["portMappings"] = [
            _port(mapping) for mapping in cast("list[dict[str, Plain]]", container["portMappings"])
        ]
    if isinstance(container.get("healthCheck"), dict):
        container["healthCheck"] = {**_CHECKED_AS, **cast("dict[str, Plain]", container["healthCheck"])}
    return container


def _port(mapping: dict[str, Plain]) -> Plain:
    # In `awsvpc`, the only mode of Fargate, the host's port is the container's; the protocol is TCP.
    host = mapping.get("hostPort") or mapping.get("containerPort")
    return {"protocol": "tcp", **mapping, "hostPort": host}
