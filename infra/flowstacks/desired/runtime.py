"""The contract of a runtime: everything that the rest of the package asks of one."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from flowstacks.core.problem import Problem
from flowstacks.desired.choice import ChosenDeployment
from flowstacks.desired.image_source import ImageSources
from flowstacks.desired.objects import Desired, DesiredDeployment
from flowstacks.desired.recipe import Json, Recipe, RunRequest
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import Locate

if TYPE_CHECKING:  # the checks of a pull request load every runtime, and none of them needs the engine
    import pulumi


class Platform(Protocol):
    """What a runtime has provisioned for one environment."""

    @property
    def repositories(self) -> "Mapping[str, pulumi.Output[str]]":
        """URLs of the image repositories, by name."""
        ...

    @property
    def revisions(self) -> "Mapping[str, pulumi.Output[str]]":
        """ARNs of the task definitions' exact revisions, by family."""
        ...

    @property
    def base_job_template(self) -> "pulumi.Output[str]":
        """The work pools' template with the values that are known only now, as JSON."""
        ...

    @property
    def startable(self) -> "Sequence[pulumi.Resource]":
        """What must exist before a run can start."""
        ...

    def image(self, deployment: DesiredDeployment) -> "pulumi.Output[str] | None":
        """Reference of the image that runs a deployment."""
        ...

    def job_variables(self, deployment: DesiredDeployment) -> "dict[str, pulumi.Input[object]]":
        """The deployment's job variables, with the values that are known only now."""
        ...

    def start_worker(self, work_pool_name: "pulumi.Input[str]") -> None:
        """Register a worker of the pool, where the stack asks for one."""
        ...


Provision = Callable[[Config, Desired, ImageSources, "pulumi.Resource"], Platform]
"""Register everything that a runtime needs; the resource is the parent of the new ones."""


Check = Callable[[Config, Sequence[ChosenDeployment], Locate], Iterable[Problem]]
"""Findings about the chosen deployments; the last argument gives the place of a config key's path."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Runtime:
    """A way to run flows. Nothing else in the package knows a runtime by its name."""

    pool_type: str
    """Type of the work pool, as Prefect names it."""
    pool_name: str
    """Name of the work pool before the naming template."""
    job_template: Callable[[], dict[str, Json]]
    """The pool's base job template, as far as it is known before anything is provisioned."""
    recipe: Callable[[RunRequest], Recipe]
    """How one deployment runs."""
    provision: Provision | None = None
    """None: the runtime needs nothing but its work pool."""
    checks: Sequence[Check] = ()
    """The runtime's own, besides those of AWS (`needs_aws`)."""
    has_images: bool = False
    """Whether runs use container images, which a release then pins beside the commit."""
    needs_aws: bool = False
    """Whether it provisions resources in AWS: then the checks of AWS apply, and `make up` starts an emulator."""
    allows_moving_pin: bool = False
    """Whether an environment on a loopback API may follow the checkout (`HEAD`, `worktree`)."""
    has_local_worker: bool = False
    """Whether `make up` starts a worker of its pool on this machine."""
