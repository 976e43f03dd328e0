"""Objects on the Prefect server with this stack's mark that its state does not know."""

from pathlib import Path

import pydantic

from flowstacks.core.errors import FlowstacksError
from flowstacks.evaluation import servers
from flowstacks.provider import fingerprint, orphans
from flowstacks.provider.kind import Orphan
from flowstacks.provider.prefect.client import Client
from flowstacks.pulumi_cli import command
from flowstacks.stack.config import Config

_PROVIDER_TYPE = "pulumi-python:dynamic/prefect:"


class _Outputs(pydantic.BaseModel):
    server: str = ""


class _Resource(pydantic.BaseModel):
    type: str
    id: str = ""
    outputs: _Outputs = _Outputs()


class _Deployment(pydantic.BaseModel):
    resources: list[_Resource] = pydantic.Field(default_factory=list[_Resource])


class _State(pydantic.BaseModel):
    """What we read of `pulumi stack export` (pulumi 3.258.0); the rest is the engine's."""

    deployment: _Deployment = _Deployment()

    @property
    def own_resources(self) -> list[_Resource]:
        """Resources of our provider."""
        return [resource for resource in self.deployment.resources if _PROVIDER_TYPE in resource.type]


def find(settings: Config, owner: str, root: Path) -> list[Orphan]:
    """Read-only. Raises `FlowstacksError` where state or server can't be read, or don't belong together."""
    state = _state(settings.environment, root)
    with servers.asking(settings, root) as client:
        objects = orphans.find(client, owner, {resource.id for resource in state.own_resources})
        if objects:
            _belong_together(state, client, settings.environment)
    return objects


def remove(settings: Config, owner: str, root: Path, objects: list[Orphan]) -> None:
    """Delete `objects` from the server; each is read again first."""
    with servers.asking(settings, root) as client:
        orphans.delete(client, owner, objects)


def _belong_together(state: _State, client: Client, stack: str) -> None:
    """An empty state, or one of another server, would make everything of this stack an orphan."""
    if {resource.outputs.server for resource in state.own_resources} != {fingerprint.read(client)}:
        raise FlowstacksError(
            f"{client.url} has objects of stack {stack}, but the state that pulumi reads here was not written against "
            "it. Check PULUMI_BACKEND_URL and PREFECT_API_URL; after a killed first `up` run `pulumi up` again"
        )


def _state(stack: str, root: Path) -> _State:
    document = command.json_output(
        root,
        ["stack", "export", "-s", stack],
        failure=f"the state of stack {stack} can't be read",
        remedy="Check PULUMI_BACKEND_URL, and that the stack was made (`pulumi stack ls`)",
    )
    return _State.model_validate(document)
