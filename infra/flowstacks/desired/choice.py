"""Which of the declared deployments an environment is to have, from which commit, with which settings. Pure."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping

from flowstacks.core import naming
from flowstacks.core.problem import Place
from flowstacks.discovery.manifest import DeclaredDeployment, Flow, Manifest, Project
from flowstacks.stack import settings
from flowstacks.stack.config import Config
from flowstacks.stack.override import Override
from flowstacks.stack.settings import DeploymentSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class Layer:
    """Settings, and where they are written."""

    settings: DeploymentSettings
    place: Place


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChosenDeployment:
    """A declared deployment that this environment is to have, with all settings that apply to it."""

    project: Project
    """The project of its flow, as of the project's effective commit."""
    flow: Flow
    """The flow that it runs."""
    declared: DeclaredDeployment
    """The declaration in the flow's file."""
    layers: tuple[Layer, ...]
    """The stack's defaults first, the narrowest override last."""
    held_by: str | None = None
    """Pattern of the override that holds it apart from the release."""
    held_image: str | None = None
    """Digest that this override pins."""

    @property
    def settings(self) -> DeploymentSettings:
        """All layers merged."""
        return settings.merge(layer.settings for layer in self.layers)

    @property
    def own(self) -> DeploymentSettings:
        """All layers merged but the stack's defaults."""
        return settings.merge(layer.settings for layer in self.layers[1:])


def choose(config: Config, manifests: Mapping[str, Manifest], place: Callable[[str], Place]) -> list[ChosenDeployment]:
    """The deployments of the environment, each from the commit that applies to it.

    `manifests` by pin; `place` gives the place of an override's pattern, and of the defaults for an empty pattern.
    """
    chosen: dict[str, ChosenDeployment] = {}
    if config.release:
        chosen.update(_declared(manifests[config.release.commit]))
    for pattern, override in _by_breadth(config.overrides):
        if override.commit:
            chosen = {address: deployment for address, deployment in chosen.items() if not _covers(pattern, deployment)}
            chosen.update(
                (address, dataclasses.replace(deployment, held_by=pattern))
                for address, deployment in _declared(manifests[override.commit])
                if _covers(pattern, deployment)
            )
    return [
        dataclasses.replace(_with_held_image(config, deployment), layers=_layers(config, deployment, place))
        for _, deployment in sorted(chosen.items())
        if _is_deployed(config, deployment)
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


def _covers(pattern: str, deployment: ChosenDeployment) -> bool:
    return naming.matches(pattern, naming.parse_address(deployment.declared.address))


def _covering(config: Config, deployment: ChosenDeployment) -> Iterator[tuple[str, Override]]:
    return (item for item in _by_breadth(config.overrides) if _covers(item[0], deployment))


def _is_deployed(config: Config, deployment: ChosenDeployment) -> bool:
    switches = [override.deployed for _, override in _covering(config, deployment) if override.deployed is not None]
    return switches[-1] if switches else True


def _with_held_image(config: Config, deployment: ChosenDeployment) -> ChosenDeployment:
    pins = [(pattern, override.image) for pattern, override in _covering(config, deployment) if override.image]
    if not pins:
        return deployment
    pattern, image = pins[-1]
    return dataclasses.replace(deployment, held_by=pattern, held_image=image)


def _layers(config: Config, deployment: ChosenDeployment, place: Callable[[str], Place]) -> tuple[Layer, ...]:
    declared = deployment.declared
    return (
        Layer(settings=config.defaults, place=place("")),
        Layer(settings=_under_policy(declared.settings), place=Place(declared.file, declared.line)),
        *(
            Layer(settings=override.settings(), place=place(pattern))
            for pattern, override in _covering(config, deployment)
        ),
    )


def _under_policy(declared: DeploymentSettings) -> DeploymentSettings:
    """A declaration holds for every environment, so it can't start a schedule that an environment pauses."""
    if declared.schedules is None:
        return declared
    schedules = tuple(
        schedule.model_copy(update={"active": None}) if schedule.active else schedule for schedule in declared.schedules
    )
    return declared.model_copy(update={"schedules": schedules})
