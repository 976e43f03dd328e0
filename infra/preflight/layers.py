"""Where something about a deployment was said: the layer that has the last word."""

from collections.abc import Callable

from infra.desired import Chosen
from infra.problem import Place
from infra.settings import Settings


def said_at(one: Chosen, says: Callable[[Settings], bool]) -> Place:
    """Place of the narrowest layer that `says` it; the declaration's where none does."""
    declared = Place(one.declared.file, one.declared.line)
    return next((layer.place for layer in reversed(one.layers) if says(layer.settings)), declared)
