"""The exact inputs of everything that an environment is to have."""

import dataclasses
from collections.abc import Mapping
from typing import cast

from flowstacks.core.problem import Place
from flowstacks.desired.recipe import Json, Task
from flowstacks.discovery.manifest import Flow, Project
from flowstacks.stack.settings import DeploymentSettings
from flowstacks.stack.stack_file import Key


@dataclasses.dataclass(frozen=True, kw_only=True)
class DesiredWorkPool:
    """`name` is Prefect's identity of a pool and the resource's name; `props` all inputs of the kind."""

    name: str
    props: Mapping[str, Json]


@dataclasses.dataclass(frozen=True, kw_only=True)
class DesiredImage:
    """A container image that the environment runs."""

    name: str
    """Name of the resource: the image key, and for a held deployment `@` and the start of its digest or commit."""
    key: str
    """`project`, or `project/name`."""
    project: Project
    """The project whose code the image holds."""
    digest: str | None
    """The pinned digest; None where the image is looked up by the project's tree key."""
    pinned_at: tuple[Key, ...]
    """Path of the config key that decides which image it is."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class DesiredTaskDefinition:
    """`image` is the name of a `DesiredImage`."""

    task: Task
    project: Project
    image: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class DesiredDeployment:
    """One deployment on the Prefect server."""

    address: str
    """`project/flow/deployment`."""
    place: Place
    """Where the flow's file declares it."""
    project: Project
    """The project of its flow, as of the project's effective commit."""
    flow: Flow
    """The flow that it runs."""
    settings: DeploymentSettings
    """All settings that apply to it, merged."""
    props: Mapping[str, Json]
    """All inputs of the kind, but for those that only other resources know.

    These are `work_pool_id`, and where there is a `task_definition` the definition's ARN and its image.
    """
    task_definition: str | None = None
    """Key of the task that runs it, where the runtime has tasks."""

    @property
    def resource_name(self) -> str:
        """Prefect's own identity, `flow name/deployment name`: a flow that moves in the repository stays the same."""
        return f"{self.props['flow_name']}/{self.props['name']}"

    @property
    def work_pool_name(self) -> str:
        """The pool that runs it: this environment's, or another owner's."""
        return cast("str", self.props["work_pool_name"])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Desired:
    """Everything that an environment is to have."""

    owner: str
    """The mark of the objects' owner, `[<repository>:]<Pulumi project>/<stack>`."""
    work_pools: tuple[DesiredWorkPool, ...]
    """The environment's own pools."""
    deployments: tuple[DesiredDeployment, ...]
    """In the order of their addresses."""
    images: tuple[DesiredImage, ...] = ()
    """Empty where the runtime has no images."""
    task_definitions: tuple[DesiredTaskDefinition, ...] = ()
    """Empty where the runtime has no tasks."""
