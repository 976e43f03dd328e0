"""Objects on the Prefect server with this stack's mark that its state does not know."""

import subprocess
from pathlib import Path

import pydantic

from infra.errors import FlowstacksError
from infra.preflight import online
from infra.preflight.preflight import Verdict
from infra.provider import orphans
from infra.provider.orphans import Orphan

_OURS = "pulumi-python:dynamic/prefect:"


class _Resource(pydantic.BaseModel):
    type: str
    id: str = ""


class _Deployment(pydantic.BaseModel):
    resources: list[_Resource] = pydantic.Field(default_factory=list[_Resource])


class _State(pydantic.BaseModel):
    """What we read of `pulumi stack export` (pulumi 3.258.0); the rest is the engine's."""

    deployment: _Deployment = _Deployment()


def find(verdict: Verdict, root: Path) -> list[Orphan]:
    """Read-only. Raises `FlowstacksError` where the state or the server can't be read."""
    known = _known_ids(verdict.config.environment, root)
    with online.asking(verdict, root) as client:
        return orphans.find(client, verdict.desired.owner, known)


def remove(verdict: Verdict, root: Path, found: list[Orphan]) -> None:
    """Delete them from the server; each is looked at again first."""
    with online.asking(verdict, root) as client:
        orphans.delete(client, verdict.desired.owner, found)


def _known_ids(stack: str, root: Path) -> set[str]:
    command = ["pulumi", "stack", "export", "-s", stack]
    try:
        shown = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise FlowstacksError("pulumi is not on PATH. On the embedded default run `. .local/env` first") from None
    except subprocess.CalledProcessError as failed:
        raise FlowstacksError(f"the state of stack {stack} can't be read: {failed.stderr.strip()}") from failed
    state = _State.model_validate_json(shown.stdout)
    return {one.id for one in state.deployment.resources if _OURS in one.type}
