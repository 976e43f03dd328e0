"""What the checks of each stage look at: one class a stage. Data only."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flowstacks.aws.names import OWNER_TAG, Names
from flowstacks.core.problem import Place
from flowstacks.desired.choice import ChosenDeployment
from flowstacks.desired.objects import Desired
from flowstacks.discovery.manifest import Manifest
from flowstacks.provider.kind import ForeignObject
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import Locate


@dataclasses.dataclass(frozen=True, kw_only=True)
class StackFacts:
    """A stack's own config."""

    config: Config
    """The environment's config; where it has problems, without the parts that are broken."""
    written: Mapping[str, Any]
    """The same as the stack file has it, by full key, `SECRET` for what is encrypted."""
    locate: Locate
    """File and line of a config key."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeploymentFacts(StackFacts):
    """What the environment chooses of what is declared."""

    chosen: Sequence[ChosenDeployment]
    """Deployments that the environment is to have."""
    manifests: Mapping[str, Manifest]
    """What is declared, by pin."""
    incomplete: Mapping[str, Place]
    """Where an error may hide deployments of a project, by the project's name or a glob for several."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class InputFacts(DeploymentFacts):
    """The exact inputs of every resource."""

    desired: Desired
    """Work pools, deployments, images and task definitions."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class RemovalFacts:
    """Which deployments would be deleted."""

    config: Config
    """The environment's config."""
    desired: Desired
    """What the environment is to have."""
    manifests: Mapping[str, Manifest]
    """What is declared, by pin."""
    entrypoints: Collection[str]
    """Entrypoint of each deployment that the environment has now."""
    place: Place
    """Where the pin stands."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PrefectFacts:
    """What the Prefect server holds already."""

    config: Config
    """The environment's config."""
    desired: Desired
    """What the environment is to have."""
    foreign: Sequence[ForeignObject]
    """Objects of somebody else under names that the environment wants."""
    missing_queues: Collection[tuple[str, str]]
    """Work pool and queue of each queue that deployments name and that does not exist in an existing pool."""
    work_pools: Mapping[str, str]
    """ID of each work pool of the server, by name."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PlacementFacts:
    """Where in AWS the environment is now."""

    config: Config
    """The environment's config."""
    job_templates: Sequence[Mapping[str, Any]]
    """Base job templates that the environment's pools have on the server; they name its ECS cluster."""
    locate: Locate
    """File and line of a config key."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class AwsObject:
    """An object in AWS under a name that the environment wants."""

    noun: str
    """What it is: `ECS cluster`, `IAM role`, …"""
    name: str
    """Its name in AWS."""
    owner: str | None
    """The stack whose mark it carries, None where it has no mark."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class AwsSecret:
    """A secret of AWS Secrets Manager under the environment's prefix."""

    name: str
    """Its full name in AWS."""
    tags: Mapping[str, str]
    """Its tags."""
    until: str | None
    """The day on which AWS deletes it, `YYYY-MM-DD`; None where it is in use."""

    @property
    def owner(self) -> str | None:
        """The stack whose mark it carries."""
        return self.tags.get(OWNER_TAG)


@dataclasses.dataclass(frozen=True, kw_only=True)
class AwsFacts:
    """What AWS holds already."""

    config: Config
    """The environment's config."""
    owner: str
    """The stack's own mark."""
    names: Names
    """How the environment's objects are called in AWS."""
    objects: Sequence[AwsObject]
    """Objects under these names."""
    secrets: Sequence[AwsSecret]
    """Secrets under the environment's prefix."""
    secret_names: Sequence[str]
    """Secrets that are to be made, as declarations name them."""
    place: Place
    """Where the prefix is written."""
