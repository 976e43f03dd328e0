"""What a runtime is asked for each deployment, and what it answers: how the deployment runs."""

import dataclasses
from collections.abc import Mapping

import pydantic

from flowstacks.discovery.manifest import Project
from flowstacks.stack.settings import DeploymentSettings

Json = pydantic.JsonValue


@dataclasses.dataclass(frozen=True, kw_only=True)
class Source:
    """Where a run gets its code."""

    url: str
    """What is cloned."""
    credentials: str | None
    """The block that holds the credentials for `url`, `<block type slug>/<block name>`."""
    checkout: str
    """The folder that runs of uncommitted code use as it is."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunRequest:
    """One deployment that is to run."""

    source: Source
    """Where its code comes from."""
    project: Project
    """The project of its flow, as of the project's effective commit."""
    address: str
    """`project/flow/deployment`."""
    settings: DeploymentSettings
    """All settings that apply to it, merged."""
    own: DeploymentSettings
    """The settings for this deployment, without those for all deployments (`flowstacks:defaults`)."""
    is_held: bool
    """Whether the stack holds its commit or image apart from the release."""
    env: Mapping[str, str]
    """The whole environment of the run."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """A container that runs flows; deployments with the same needs share one."""

    key: str
    """The project, or the address of a deployment that has a task of its own."""
    image: str
    """Image key, `project` or `project/name`."""
    cpu: int
    """CPU units; 1024 are one virtual CPU."""
    memory_mib: int
    """Memory in MiB."""
    storage_gib: int | None
    """Scratch space in GiB; None for what comes with every task."""
    secrets: Mapping[str, str]
    """Environment variable to `name` or `name:json-key` of a secret."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one deployment runs: job variables for its pool's template, the steps that fetch its code, its container."""

    job_variables: Mapping[str, Json]
    pull_steps: list[Json]
    task: Task | None = None
