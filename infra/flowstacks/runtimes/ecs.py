"""Runs as Fargate tasks: code and packages in an image, one task definition a project.

A deployment that says something of its own about its container has its own task definition.
"""

from flowstacks.provider.images import tags
from flowstacks.runtimes import ecs_template, fargate
from flowstacks.runtimes.runtime import Json, Recipe, RunRequest, Runtime, Task
from flowstacks.stack.settings import DeploymentSettings

CODE = "/opt/flows"
"""Where images hold the code, in its repository places."""

_OF_THE_TASK = ("cpu", "memory", "ephemeral_storage_gb", "secrets", "docker_env")


def job_template() -> dict[str, Json]:
    """The template before anything is provisioned: the variables' names are final, their defaults are not."""
    return ecs_template.job_template(
        cluster="", execution_role_arn="", task_role_arn="", subnets=(), security_groups=(), assign_public_ip=False,
        api_key_secret_arn=None,
    )  # fmt: skip


def recipe(job: RunRequest) -> Recipe:
    """The task definition's ARN and the image's reference are added once they are known."""
    said = job.settings
    return Recipe(
        job_variables={**(said.job_variables or {}), **network(job.own), "env": dict(job.env)},
        pull_steps=[{"prefect.deployments.steps.set_working_directory": {"directory": CODE}}],
        task=task(job),
    )


def task(job: RunRequest) -> Task:
    """The container, as everything said about the deployment wants it."""
    said = job.settings
    cpu, memory_mib = fargate.size(said.cpu, said.memory)
    is_own = job.is_held or any(getattr(job.own, name) is not None for name in _OF_THE_TASK)
    return Task(
        key=job.address if is_own else job.project.name,
        image=tags.key(job.project.name, said.docker_env or ""),
        cpu=cpu,
        memory_mib=memory_mib,
        storage_gib=said.ephemeral_storage_gb,
        secrets=dict(sorted((said.secrets or {}).items())),
    )


def network(own: DeploymentSettings) -> dict[str, Json]:
    """Job variables where a deployment's network is not the pool's."""
    variables: dict[str, Json] = {}
    if own.subnets is not None:
        variables["subnets"] = list(own.subnets)
    if own.security_groups is not None:
        variables["security_groups"] = list(own.security_groups)
    if own.assign_public_ip is not None:
        variables["assign_public_ip"] = ecs_template.public_ip(assigned=own.assign_public_ip)
    return variables


RUNTIME = Runtime(pool_type="ecs", pool_name="ecs", job_template=job_template, recipe=recipe)
