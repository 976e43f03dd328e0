"""Which layer of a deployment's settings decides a value."""

from collections.abc import Callable

from flowstacks.core.problem import Place
from flowstacks.desired.choice import ChosenDeployment
from flowstacks.stack.settings import DeploymentSettings


def place_of(deployment: ChosenDeployment, sets: Callable[[DeploymentSettings], bool]) -> Place:
    """Place of the narrowest layer that `sets` the value; the declaration's where none does."""
    declared = Place(deployment.declared.file, deployment.declared.line)
    return next((layer.place for layer in reversed(deployment.layers) if sets(layer.settings)), declared)
