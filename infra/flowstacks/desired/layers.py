"""Where something about a deployment was said: the layer that has the last word."""

from collections.abc import Callable

from flowstacks.core.problem import Place
from flowstacks.desired.desired_state import ChosenDeployment
from flowstacks.stack.settings import DeploymentSettings


def place_of(one: ChosenDeployment, says: Callable[[DeploymentSettings], bool]) -> Place:
    """Place of the narrowest layer that `says` it; the declaration's where none does."""
    declared = Place(one.declared.file, one.declared.line)
    return next((layer.place for layer in reversed(one.layers) if says(layer.settings)), declared)
