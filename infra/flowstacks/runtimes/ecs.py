"""Runs as Fargate tasks: code and packages in an image, one task definition a project.

A deployment with settings of its own for its container has its own task definition.
"""

from typing import TYPE_CHECKING

from flowstacks.aws import ecs_template as template
from flowstacks.desired.image_source import ImageSources
from flowstacks.desired.objects import Desired
from flowstacks.desired.recipe import Json, Recipe, RunRequest, Task
from flowstacks.desired.runtime import Platform, Runtime
from flowstacks.provider.images import tags
from flowstacks.runtimes import fargate
from flowstacks.stack.config import Config
from flowstacks.stack.settings import DeploymentSettings

if TYPE_CHECKING:  # see `provision`
    import pulumi

CODE = "/opt/flows"
"""Folder in an image that holds the code, with the repository's paths."""

_TASK_SETTINGS = ("cpu", "memory", "ephemeral_storage_gb", "secrets", "docker_env")


def job_template() -> dict[str, Json]:
    """The template before anything is provisioned: the variables' names are final, their defaults are not."""
    return template.job_template(
        cluster="", execution_role_arn="", task_role_arn="", subnets=(), security_groups=(), assign_public_ip=False,
        api_key_secret_arn=None,
    )  # fmt: skip


def recipe(request: RunRequest) -> Recipe:
    """The task definition's ARN and the image's reference are added once they are known."""
    return Recipe(
        job_variables={**(request.settings.job_variables or {}), **network(request.own), "env": dict(request.env)},
        pull_steps=[{"prefect.deployments.steps.set_working_directory": {"directory": CODE}}],
        task=task(request),
    )


def task(request: RunRequest) -> Task:
    """The container that the deployment's settings describe."""
    settings, project = request.settings, request.project
    cpu, memory_mib = fargate.size(settings.cpu, settings.memory)
    is_own = request.is_held or any(getattr(request.own, name) is not None for name in _TASK_SETTINGS)
    return Task(
        key=request.address if is_own else project.name,
        image=tags.key(project.name, settings.docker_env or ""),
        cpu=cpu,
        memory_mib=memory_mib,
        storage_gib=settings.ephemeral_storage_gb,
        secrets=dict(sorted((settings.secrets or {}).items())),
    )


def network(own: DeploymentSettings) -> dict[str, Json]:
    """Job variables where a deployment's network is not the pool's."""
    variables: dict[str, Json] = {}
    if own.subnets is not None:
        variables["subnets"] = list(own.subnets)
    if own.security_groups is not None:
        variables["security_groups"] = list(own.security_groups)
    if own.assign_public_ip is not None:
        variables["assign_public_ip"] = template.public_ip(assigned=own.assign_public_ip)
    return variables


def provision(config: Config, desired: Desired, images: ImageSources, parent: "pulumi.Resource") -> Platform:
    """The AWS resources (`flowstacks.aws`)."""
    from flowstacks.aws import platform  # noqa: PLC0415 - pulumi_aws takes seconds to load; only a program needs it

    return platform.provision(config, desired, images, parent)


RUNTIME = Runtime(
    pool_type="ecs",
    pool_name="ecs",
    job_template=job_template,
    recipe=recipe,
    provision=provision,
    has_images=True,
    needs_aws=True,
)
