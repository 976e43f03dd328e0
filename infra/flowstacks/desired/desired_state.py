"""Chosen deployments and config give the exact inputs of every resource. Pure: no git, no network, no engine."""

from collections.abc import Mapping, Sequence

from flowstacks.core import naming, secret_reference
from flowstacks.core.problem import Place
from flowstacks.desired import names
from flowstacks.desired.choice import ChosenDeployment
from flowstacks.desired.objects import Desired, DesiredDeployment, DesiredImage, DesiredTaskDefinition, DesiredWorkPool
from flowstacks.desired.recipe import Json, Recipe, RunRequest, Source
from flowstacks.desired.runtime import Runtime
from flowstacks.provider import canonical
from flowstacks.stack import schedule
from flowstacks.stack.config import NAMESPACE, Config, SchedulePolicy
from flowstacks.stack.schedule import Schedule
from flowstacks.stack.settings import DeploymentSettings
from flowstacks.stack.stack_file import Key

DEFAULT_QUEUE = "default"


def compose(
    config: Config, runtime: Runtime, owner: str, source: Source, chosen: Sequence[ChosenDeployment]
) -> Desired:
    """The exact inputs. `runtime` is the one that `config` names; `owner` as `naming.owner` makes it."""
    pool = _work_pool(config, owner, runtime)
    deployments: list[DesiredDeployment] = []
    images: dict[str, DesiredImage] = {}
    tasks: dict[str, DesiredTaskDefinition] = {}
    for deployment in chosen:
        recipe = runtime.recipe(_run_request(config, source, deployment))
        deployments.append(_deployment(config, owner, pool, deployment, recipe))
        if recipe.task:
            image = _image(config, deployment, recipe.task.image)
            images[image.name] = image
            tasks[recipe.task.key] = DesiredTaskDefinition(
                task=recipe.task, project=deployment.project, image=image.name
            )
    return Desired(
        owner=owner,
        work_pools=(pool,),
        deployments=tuple(deployments),
        images=tuple(images.values()),
        task_definitions=tuple(tasks.values()),
    )


def _run_request(config: Config, source: Source, deployment: ChosenDeployment) -> RunRequest:
    merged = deployment.settings
    identity = names.run_identity(config, names.deployment_name(config, deployment), deployment.project)
    return RunRequest(
        source=source,
        project=deployment.project,
        address=deployment.declared.address,
        settings=merged,
        own=deployment.own,
        is_held=deployment.held_by is not None,
        env={**(merged.env or {}), **identity},
    )


def _image(config: Config, deployment: ChosenDeployment, key: str) -> DesiredImage:
    """A held deployment has an image resource of its own, so that it moves apart from the release."""
    project = deployment.project
    if deployment.held_by is None:
        digest = config.release.images.get(key) if config.release else None
        release = f"{NAMESPACE}:release"
        pinned_at: tuple[Key, ...] = (release, "images", key) if digest else (release, "commit")
        return DesiredImage(name=key, key=key, project=project, digest=digest, pinned_at=pinned_at)
    digest = deployment.held_image
    mark = naming.short_hash((digest or "").removeprefix("sha256:") or project.commit)
    pinned_at = (f"{NAMESPACE}:overrides", deployment.held_by, "image" if digest else "commit")
    return DesiredImage(name=f"{key}@{mark}", key=key, project=project, digest=digest, pinned_at=pinned_at)


def _work_pool(config: Config, owner: str, runtime: Runtime) -> DesiredWorkPool:
    name = names.work_pool_name(config, runtime.pool_name)
    return DesiredWorkPool(
        name=name,
        props={
            "owner": owner,
            "name": name,
            "type": runtime.pool_type,
            "description": f"Runs the flows of {owner}",
            "base_job_template": canonical.dumps(runtime.job_template()),
            "concurrency_limit": None,
            "is_paused": None,
        },
    )


def _deployment(
    config: Config, owner: str, pool: DesiredWorkPool, deployment: ChosenDeployment, recipe: Recipe
) -> DesiredDeployment:
    declared, merged = deployment.declared, deployment.settings
    props = {
        "owner": owner,
        **_identity(config, deployment, names.name_values(config, deployment)),
        "path": None,
        "work_pool_name": merged.work_pool_name or pool.name,
        "work_queue_name": merged.work_queue_name or DEFAULT_QUEUE,
        "parameters": canonical.dumps(merged.parameters or {}),
        "parameter_openapi_schema": canonical.dumps(deployment.flow.parameters),
        "enforce_parameter_schema": merged.enforce_parameter_schema is not False,
        "paused": merged.paused,
        "pull_steps": canonical.dumps(recipe.pull_steps),
        "job_variables": dict(recipe.job_variables),
        "schedules": schedules(merged.schedules or (), config.schedule_policy),
    }
    return DesiredDeployment(
        address=declared.address,
        place=Place(declared.file, declared.line),
        project=deployment.project,
        flow=deployment.flow,
        settings=merged,
        props=props,
        task_definition=recipe.task.key if recipe.task else None,
    )


def _identity(config: Config, deployment: ChosenDeployment, values: Mapping[str, str]) -> dict[str, Json]:
    """What people see of the deployment, and which flow it runs."""
    merged: DeploymentSettings = deployment.settings
    return {
        "name": names.deployment_name(config, deployment),
        "flow_name": deployment.flow.name,
        "entrypoint": deployment.flow.entrypoint,
        "description": merged.description or deployment.flow.description,
        "tags": [*names.tags(config, values, merged)],
        "version": merged.version or naming.render(config.naming.version, values),
    }


def secret_names(config: Config, desired: Desired) -> tuple[str, ...]:
    """Names of all secrets that tasks and the worker read, none twice."""
    references = [
        reference for definition in desired.task_definitions for reference in definition.task.secrets.values()
    ]
    if config.prefect.api_key_secret:
        references.append(config.prefect.api_key_secret)
    return tuple(sorted({secret_reference.parse(reference).name for reference in references}))


def schedules(declared: Sequence[Schedule], policy: SchedulePolicy) -> list[Json]:
    """Schedules under the environment's policy; a schedule's own `active` wins, unless the policy is `none`."""
    if policy == "none":
        return []
    by_policy = policy == "active"
    return [
        {**slugged.inputs(active=by_policy if slugged.active is None else slugged.active)}
        for slugged in schedule.with_slugs(declared)
    ]
