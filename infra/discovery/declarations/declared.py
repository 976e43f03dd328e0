"""What every declaration form yields, and what it needs to know of the flows."""

import dataclasses
from collections.abc import Mapping

from infra.discovery.scan import FlowFunction
from infra.discovery.schema import Schema
from infra.discovery.values import Located
from infra.settings import Settings


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A flow that can be declared. `variadic`: its `*args` and `**kwargs`; `is_called`: by another flow."""

    flow: FlowFunction
    schema: Schema
    variadic: tuple[str, ...]
    is_called: bool


@dataclasses.dataclass(frozen=True)
class Declaration:
    """One deployment of a flow (file, function).

    `at` is where its dict starts; `places` where each of its settings stands, `parameters` each of its parameters.
    """

    flow: tuple[str, str]
    name: str
    is_default: bool
    settings: Settings
    at: Located
    name_at: Located
    places: Mapping[str, Located]
    parameters: Mapping[str, Located]
