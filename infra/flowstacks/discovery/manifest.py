"""Everything discovered at one commit: the vocabulary that the later steps read.

All paths are relative to the repository root, with `/`. Nothing here knows an environment.
"""

from typing import Literal

import pydantic

from flowstacks.core.model import Model
from flowstacks.stack.settings import DeploymentSettings

SCHEMA_VERSION = 1
DEFAULT_DEPLOYMENT = "default"
"""Name of the one deployment that a flow without any declared deployment gets."""

DeclaredBy = Literal["bare", "flow_spec", "prefect_yaml", "none"]


class DeclaredDeployment(Model):
    """One deployment as declared; `address` is `project/flow/deployment`, `line` where its declaration stands.

    `is_default`: the single deployment of a flow for which none was named.
    """

    address: str
    name: str
    is_default: bool
    file: str
    line: int
    settings: DeploymentSettings


class Flow(Model):
    """One `@flow` function. `declared_by` is `none` where the project deploys others only.

    `name` is Prefect's flow name; `parameters` the JSON schema that Prefect would derive from the signature;
    `entrypoint` is `file:function`.
    """

    project: str
    name: str
    function: str
    file: str
    line: int
    is_async: bool
    entrypoint: str
    description: str | None
    parameters: dict[str, pydantic.JsonValue]
    declared_by: DeclaredBy
    deployments: tuple[DeclaredDeployment, ...]


class DeclaredImage(Model):
    """A container image of a project.

    `name` is empty for the project's own, else what `docker_env` says. `dockerfile`: repository path, None where the
    image is the configured base with the project's requirements. `line` of `file` is where it is declared.
    """

    name: str
    dockerfile: str | None
    file: str
    line: int


class Project(Model):
    """A folder of flows with one runtime.

    `tree_key`: hash of the git trees of the folder and of its `shared` paths. `commit`: the effective commit, 40 hex
    digits, or `worktree` where the uncommitted content differs from HEAD's. `requirements`: PEP 508 lines, pinned
    where the project has a lock. `python`: a version specifier (`>=3.11`). `images`: its own first.
    """

    name: str
    path: str
    tree_key: str
    commit: str
    version: str
    shared: tuple[str, ...]
    requirements: tuple[str, ...]
    python: str
    images: tuple[DeclaredImage, ...]


class Manifest(Model):
    """`commit` is the pin, resolved: 40 hex digits, or `worktree`."""

    commit: str
    projects: tuple[Project, ...]
    flows: tuple[Flow, ...]
