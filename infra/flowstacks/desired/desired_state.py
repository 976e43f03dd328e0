"""Manifest and config give the exact inputs of every resource. Pure: no git, no network, no engine."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

import pydantic

from flowstacks.core import naming, secret_reference
from flowstacks.core.problem import Place
from flowstacks.discovery.manifest import DeclaredDeployment, Flow, Manifest, Project
from flowstacks.provider import canonical
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.runtimes.runtime import Recipe, RunRequest, Runtime, Source, Task
from flowstacks.stack import schedule, settings
from flowstacks.stack.config import NAMESPACE, Config, SchedulePolicy
from flowstacks.stack.override import Override
from flowstacks.stack.schedule import Schedule
from flowstacks.stack.settings import DeploymentSettings
from flowstacks.stack.stack_file import Key

Json = pydantic.JsonValue
DEFAULT_QUEUE = "default"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Layer:
    """Settings and where they were said."""

    settings: DeploymentSettings
    place: Place


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChosenDeployment:
    """A declared deployment that this environment is to have, with everything said about it, broad before narrow.

    `layers` begin with the stack's defaults. Where an override holds the deployment apart from the release, `held_by`
    is its pattern and `held_image` the digest that it pins, if any.
    """

    project: Project
    flow: Flow
    declared: DeclaredDeployment
    layers: tuple[Layer, ...]
    held_by: str | None = None
    held_image: str | None = None

    @property
    def settings(self) -> DeploymentSettings:
        """All layers merged."""
        return settings.merge(layer.settings for layer in self.layers)

    @property
    def own(self) -> DeploymentSettings:
        """What is said of it beyond the defaults."""
        return settings.merge(layer.settings for layer in self.layers[1:])


@dataclasses.dataclass(frozen=True, kw_only=True)
class DesiredWorkPool:
    """`name` is Prefect's identity of a pool and the resource's name; `props` all inputs of the kind."""

    name: str
    props: Mapping[str, Json]


@dataclasses.dataclass(frozen=True, kw_only=True)
class DesiredImage:
    """A container image that the environment runs.

    `name` is the resource's: the image key, and after `@` what a held deployment is held at. `digest` is the pinned
    one, None where the image is found by the project's tree key. `pinned_at`: the config key that has the say.
    """

    name: str
    key: str
    project: Project
    digest: str | None
    pinned_at: tuple[Key, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class DesiredTaskDefinition:
    """`image` is the name of an `Image`."""

    task: Task
    project: Project
    image: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class DesiredDeployment:
    """`props`: all inputs of the kind but what only other resources know.

    That is `work_pool_id`, and where there is a `task_definition` (its task's key) its ARN and its image.
    """

    address: str
    place: Place
    project: Project
    flow: Flow
    settings: DeploymentSettings
    props: Mapping[str, Json]
    task_definition: str | None = None

    @property
    def resource_name(self) -> str:
        """Prefect's own identity, `flow name/deployment name`: a flow that moves in the repository stays the same."""
        return f"{self.props['flow_name']}/{self.props['name']}"

    @property
    def work_pool_name(self) -> str:
        """The pool it is tied to, ours or somebody else's."""
        return cast("str", self.props["work_pool_name"])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Desired:
    """Everything an environment is to have. On `process`, what `ecs` needs is empty."""

    owner: str
    work_pools: tuple[DesiredWorkPool, ...]
    deployments: tuple[DesiredDeployment, ...]
    images: tuple[DesiredImage, ...] = ()
    task_definitions: tuple[DesiredTaskDefinition, ...] = ()


def choose(config: Config, manifests: Mapping[str, Manifest], place: Callable[[str], Place]) -> list[ChosenDeployment]:
    """Which deployments the environment is to have, each from the commit that applies to it.

    `manifests` by pin; `place` tells where an override's pattern stands.
    """
    found: dict[str, ChosenDeployment] = {}
    if config.release:
        found.update(_declared(manifests[config.release.commit]))
    for pattern, override in _by_breadth(config.overrides):
        if override.commit:
            found = {key: kept for key, kept in found.items() if not _covers(pattern, kept)}
            held = _declared(manifests[override.commit])
            found.update((key, dataclasses.replace(one, held_by=pattern)) for key, one in held if _covers(pattern, one))
    return [
        dataclasses.replace(_with_held_image(config, one), layers=_layers(config, one, place))
        for _, one in sorted(found.items())
        if _is_deployed(config, one)
    ]


def _declared(manifest: Manifest) -> Iterator[tuple[str, ChosenDeployment]]:
    projects = {project.name: project for project in manifest.projects}
    for flow in manifest.flows:
        for declared in flow.deployments:
            yield (
                declared.address,
                ChosenDeployment(project=projects[flow.project], flow=flow, declared=declared, layers=()),
            )


def _by_breadth(overrides: Mapping[str, Override]) -> list[tuple[str, Override]]:
    return sorted(overrides.items(), key=lambda item: naming.breadth(item[0]))


def _covers(pattern: str, one: ChosenDeployment) -> bool:
    return naming.matches(pattern, naming.parse_address(one.declared.address))


def _covering(config: Config, one: ChosenDeployment) -> Iterator[tuple[str, Override]]:
    return (item for item in _by_breadth(config.overrides) if _covers(item[0], one))


def _is_deployed(config: Config, one: ChosenDeployment) -> bool:
    said = [override.deployed for _, override in _covering(config, one) if override.deployed is not None]
    return said[-1] if said else True


def _with_held_image(config: Config, one: ChosenDeployment) -> ChosenDeployment:
    said = [(pattern, override.image) for pattern, override in _covering(config, one) if override.image]
    return dataclasses.replace(one, held_by=said[-1][0], held_image=said[-1][1]) if said else one


def _layers(config: Config, one: ChosenDeployment, place: Callable[[str], Place]) -> tuple[Layer, ...]:
    return (
        Layer(settings=config.defaults, place=place("")),
        Layer(settings=_under_policy(one.declared.settings), place=Place(one.declared.file, one.declared.line)),
        *(Layer(settings=override.settings(), place=place(pattern)) for pattern, override in _covering(config, one)),
    )


def _under_policy(declared: DeploymentSettings) -> DeploymentSettings:
    """A declaration holds for every environment, so it can't start a schedule that an environment pauses."""
    if declared.schedules is None:
        return declared
    following = tuple(
        schedule.model_copy(update={"active": None}) if schedule.active else schedule for schedule in declared.schedules
    )
    return declared.model_copy(update={"schedules": following})


def desired(config: Config, owner: str, source: Source, chosen: Sequence[ChosenDeployment]) -> Desired:
    """The exact inputs. `owner` is `<Pulumi project>/<stack>`."""
    runtime = RUNTIMES[config.runtime]
    pool = _work_pool(config, owner, runtime)
    deployments: list[DesiredDeployment] = []
    images: dict[str, DesiredImage] = {}
    tasks: dict[str, DesiredTaskDefinition] = {}
    for one in chosen:
        recipe = runtime.recipe(_job(config, source, one))
        deployments.append(_deployment(config, owner, pool, one, recipe))
        if recipe.task:
            image = _image(config, one, recipe.task.image)
            images[image.name] = image
            tasks[recipe.task.key] = DesiredTaskDefinition(task=recipe.task, project=one.project, image=image.name)
    return Desired(
        owner=owner,
        work_pools=(pool,),
        deployments=tuple(deployments),
        images=tuple(images.values()),
        task_definitions=tuple(tasks.values()),
    )


def _job(config: Config, source: Source, one: ChosenDeployment) -> RunRequest:
    said = one.settings
    return RunRequest(
        source=source,
        project=one.project,
        address=one.declared.address,
        settings=said,
        own=one.own,
        is_held=one.held_by is not None,
        env={**(said.env or {}), **run_identity(config, deployment_name(config, one), one.project)},
    )


def _image(config: Config, one: ChosenDeployment, key: str) -> DesiredImage:
    """What is held has an image resource of its own, so that it moves apart from the release."""
    if one.held_by is None:
        pinned = config.release.images.get(key) if config.release else None
        release = f"{NAMESPACE}:release"
        where: tuple[Key, ...] = (release, "images", key) if pinned else (release, "commit")
        return DesiredImage(name=key, key=key, project=one.project, digest=pinned, pinned_at=where)
    mark = (one.held_image or "").removeprefix("sha256:") or one.project.commit
    where = (f"{NAMESPACE}:overrides", one.held_by, "image" if one.held_image else "commit")
    return DesiredImage(name=f"{key}@{mark[:12]}", key=key, project=one.project, digest=one.held_image, pinned_at=where)


def _work_pool(config: Config, owner: str, runtime: Runtime) -> DesiredWorkPool:
    values = {"env": config.environment, "name": runtime.pool_name, "branch": _branch(config)}
    name = naming.render(config.naming.work_pool, values)
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
    config: Config, owner: str, pool: DesiredWorkPool, one: ChosenDeployment, recipe: Recipe
) -> DesiredDeployment:
    said = one.settings
    names = name_values(config, one)
    props: dict[str, Json] = {
        "owner": owner,
        "name": deployment_name(config, one),
        "flow_name": one.flow.name,
        "entrypoint": one.flow.entrypoint,
        "path": None,
        "work_pool_name": said.work_pool_name or pool.name,
        "work_queue_name": said.work_queue_name or DEFAULT_QUEUE,
        "parameters": canonical.dumps(said.parameters or {}),
        "parameter_openapi_schema": canonical.dumps(one.flow.parameters),
        "enforce_parameter_schema": said.enforce_parameter_schema is not False,
        "description": said.description or one.flow.description,
        "tags": [*tags(config, names, said)],
        "version": said.version or naming.render(config.naming.version, names),
        "paused": said.paused,
        "pull_steps": canonical.dumps(recipe.pull_steps),
        "job_variables": dict(recipe.job_variables),
        "schedules": schedules(said.schedules or (), config.schedule_policy),
    }
    return DesiredDeployment(
        address=one.declared.address,
        place=Place(one.declared.file, one.declared.line),
        project=one.project,
        flow=one.flow,
        settings=said,
        props=props,
        task_definition=recipe.task.key if recipe.task else None,
    )


def deployment_name(config: Config, one: ChosenDeployment) -> str:
    """Prefect's name of it, by the naming templates."""
    template = config.naming.default_deployment if one.declared.is_default else config.naming.deployment
    return naming.render(template, name_values(config, one))


def name_values(config: Config, one: ChosenDeployment) -> dict[str, str]:
    """Values of the naming templates' fields for one deployment."""
    return {
        "branch": _branch(config),
        "commit": one.project.commit,
        "deployment": one.declared.name,
        "env": config.environment,
        "flow": one.flow.name,
        "function": one.flow.function,
        "hyphen_flow": naming.slug(one.flow.name).replace("_", "-"),
        "project": one.project.name,
        "short_commit": one.project.commit[:12],
        "version": one.project.version,
    }


def _branch(config: Config) -> str:
    return (config.repository.branch if config.repository else None) or ""


def run_identity(config: Config, name: str, project: Project) -> dict[str, str]:
    """What a run can read about itself from its environment (features row 5)."""
    return {"DEPLOYMENT_NAME": name, "DEPLOYMENT_ENVIRONMENT": config.environment, "COMMIT_HASH": project.commit}


def tags(config: Config, names: Mapping[str, str], said: DeploymentSettings) -> list[str]:
    """The preset's tags, then the user's, each once."""
    return list(
        dict.fromkeys([*(naming.render(template, names) for template in config.naming.tags), *(said.tags or ())])
    )


def secret_names(config: Config, wanted: Desired) -> tuple[str, ...]:
    """Of everything that tasks and the worker get, each once."""
    references = [reference for one in wanted.task_definitions for reference in one.task.secrets.values()]
    if config.prefect.api_key_secret:
        references.append(config.prefect.api_key_secret)
    return tuple(sorted({secret_reference.parse(reference).name for reference in references}))


def schedules(said: Sequence[Schedule], policy: SchedulePolicy) -> list[Json]:
    """Schedules under the environment's policy; one that says `active` itself keeps it, unless the policy is `none`."""
    if policy == "none":
        return []
    by_policy = policy == "active"
    return [
        slugged.inputs(active=by_policy if slugged.active is None else slugged.active)
        for slugged in schedule.with_slugs(said)
    ]
