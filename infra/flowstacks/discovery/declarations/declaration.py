"""What every declaration form yields, and what it needs to know of the flows."""

import dataclasses
from collections.abc import Mapping

from flowstacks.discovery.flows.scan import FlowFunction
from flowstacks.discovery.flows.schema import Schema
from flowstacks.discovery.flows.values import Located
from flowstacks.stack.settings import DeploymentSettings


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A flow that can be declared. `is_called`: by another flow."""

    flow: FlowFunction
    schema: Schema
    is_called: bool


@dataclasses.dataclass(frozen=True)
class Declaration:
    """One deployment of a flow (file, function).

    `at` is where its dict starts; `places` where each of its settings stands, `parameters` each of its parameters.
    """

    flow: tuple[str, str]
    name: str
    is_default: bool
    settings: DeploymentSettings
    at: Located
    name_at: Located
    places: Mapping[str, Located]
    parameters: Mapping[str, Located]
