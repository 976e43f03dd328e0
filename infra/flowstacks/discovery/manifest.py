"""Everything discovered at one commit: the vocabulary that the later steps read.

All paths are relative to the repository root, with `/`. Nothing here knows an environment.
"""

import pydantic

from flowstacks.core.model import Model
from flowstacks.stack.settings import DeploymentSettings

SCHEMA_VERSION = 1
DEFAULT_DEPLOYMENT = "default"
"""Name of the one deployment that a flow without any declared deployment gets."""

BARE = "bare"
"""`declared_by` of a flow that is deployed because its project declares nothing."""
NOT_DECLARED = "none"
"""`declared_by` of a flow that is not deployed."""


class DeclaredDeployment(Model):
    """One deployment as declared."""

    address: str
    """`project/flow/deployment`."""
    name: str
    """Prefect's name of it."""
    is_default: bool
    """The single deployment of a flow for which none was named."""
    file: str
    """Where its declaration is."""
    line: int
    """Where its declaration begins; counts from 1, 0 for the whole file."""
    settings: DeploymentSettings
    """What is declared; None in a field means that nothing is."""


class Flow(Model):
    """One `@flow` function."""

    project: str
    """Name of the project."""
    name: str
    """Prefect's flow name."""
    function: str
    """Name of the function."""
    file: str
    """Where the function is."""
    line: int
    """Of its `def`."""
    is_async: bool
    """An `async def`."""
    entrypoint: str
    """`file:function`."""
    description: str | None
    """As Prefect would show it."""
    parameters: dict[str, pydantic.JsonValue]
    """The JSON schema that Prefect would derive from the signature."""
    declared_by: str
    """Name of the declaration form (`flow_spec`), `bare` without any, `none` where it is not deployed."""
    deployments: tuple[DeclaredDeployment, ...]
    """In the order of their declarations."""


class DeclaredImage(Model):
    """A container image of a project."""

    name: str
    """Empty for the project's own, else what `docker_env` names."""
    dockerfile: str | None
    """Repository path; None where the image is the configured base with the project's requirements."""
    file: str
    """Where it is declared."""
    line: int
    """Counts from 1, 0 for the whole file."""


class Project(Model):
    """A folder of flows with one runtime."""

    name: str
    """The last part of its path."""
    path: str
    """Its folder."""
    tree_key: str
    """Hash of the git trees of the folder and of its `shared` paths."""
    commit: str
    """The effective commit, 40 hex digits, or `worktree` where the uncommitted content differs from HEAD's."""
    version: str
    """As its `pyproject.toml` has it."""
    shared: tuple[str, ...]
    """Paths outside its folder that belong to its content."""
    requirements: tuple[str, ...]
    """PEP 508 lines, pinned where the project has a lock."""
    python: str
    """A version specifier: `>=3.11`."""
    images: tuple[DeclaredImage, ...]
    """Its own first."""


class Manifest(Model):
    """Everything at one commit."""

    commit: str
    """The pin, resolved: 40 hex digits, or `worktree`."""
    projects: tuple[Project, ...]
    """By path."""
    flows: tuple[Flow, ...]
    """By project, file and line."""
