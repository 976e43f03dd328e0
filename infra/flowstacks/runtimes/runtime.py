"""What every runtime answers: the contract that `desired` is written against."""

import dataclasses
from collections.abc import Callable, Mapping

import pydantic

from flowstacks.discovery.manifest import Project
from flowstacks.stack.settings import DeploymentSettings

Json = pydantic.JsonValue


@dataclasses.dataclass(frozen=True, kw_only=True)
class Source:
    """Where a run gets its code: `url` is cloned, with the block `credentials` (`<type slug>/<name>`) where given.

    `checkout` is the folder that runs of uncommitted code use as it is.
    """

    url: str
    credentials: str | None
    checkout: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunRequest:
    """One deployment to be run.

    `settings` is everything said about it, merged; `own` the part that is said of it and not of all deployments
    (`flowstacks:defaults`). `is_held`: the stack holds its commit or image apart from the release. `env` is the whole
    environment of the run.
    """

    source: Source
    project: Project
    address: str
    settings: DeploymentSettings
    own: DeploymentSettings
    is_held: bool
    env: Mapping[str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """A container that runs flows; deployments that want the same share one.

    `key`: the project, or the address of a deployment that has its own. `image`: image key. `cpu` in CPU units;
    `storage_gib` None for what comes with every task. `secrets`: variable to `name` or `name:json-key`.
    """

    key: str
    image: str
    cpu: int
    memory_mib: int
    storage_gib: int | None
    secrets: Mapping[str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one deployment runs: job variables for its pool's template, the steps that fetch its code, its container."""

    job_variables: Mapping[str, Json]
    pull_steps: list[Json]
    task: Task | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Runtime:
    """A way to run flows. `pool_type` is Prefect's; `pool_name` the pool's name before the naming template.

    `job_template` gives the pool's base job template, as far as it is known before anything is provisioned.
    """

    pool_type: str
    pool_name: str
    job_template: Callable[[], dict[str, Json]]
    recipe: Callable[[RunRequest], Recipe]
