"""What every runtime answers: the contract that `desired` is written against."""

import dataclasses
from collections.abc import Callable, Mapping

import pydantic

from infra.discovery.manifest import Project
from infra.settings import Settings

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
class Recipe:
    """How one deployment runs: job variables for its pool's template, and the steps that fetch its code."""

    job_variables: Mapping[str, Json]
    pull_steps: list[Json]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Runtime:
    """A way to run flows. `pool_type` is Prefect's; `pool_name` the pool's name before the naming template.

    `job_template` gives the pool's base job template; `recipe` says how a deployment of a project runs, `env` being
    the whole environment of the run.
    """

    pool_type: str
    pool_name: str
    job_template: Callable[[], dict[str, Json]]
    recipe: Callable[[Source, Project, Settings, Mapping[str, str]], Recipe]
