"""The contract of declaration forms: what a form may read of a project, and what it gives back.

A form is one file of this folder and one line in `registry.FORMS`. It turns the project's tree into declarations with
places; what holds for every form is checked elsewhere: fields as they are read (`fields`), and whole declarations
(`declaration_checks`).
"""

import dataclasses
import fnmatch
from collections.abc import Callable, Mapping, Sequence

from flowstacks.core.problem import Place
from flowstacks.discovery import manifest
from flowstacks.discovery.declarations import placed_value
from flowstacks.discovery.declarations.fields import DeclaredFields
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.flows.codebase import Codebase
from flowstacks.discovery.flows.scan import FlowFunction
from flowstacks.discovery.flows.schema import Schema
from flowstacks.git.git_tree import Blob
from flowstacks.stack import settings
from flowstacks.stack.settings import DeploymentSettings

FlowKey = tuple[str, str]
"""A flow's file, relative to the repository root, and the name of its function."""


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A flow that can be declared."""

    flow: FlowFunction
    """The function."""
    schema: Schema
    """JSON schema of its parameters."""
    is_called: bool
    """Whether another flow calls it, so that it is hardly meant to be deployed by itself."""


@dataclasses.dataclass(frozen=True)
class ProjectTree:
    """What a form may read: one project at one revision. Paths are relative to the repository root."""

    path: str
    """The project's folder; declarations outside it are another project's."""
    files: Mapping[str, Blob]
    """Every Python file of the project and its shared paths, and every file that a form asks for by name."""
    codebase: Codebase
    """The Python files, parsed."""
    candidates: Sequence[Candidate]
    """The project's flows."""


@dataclasses.dataclass(frozen=True)
class Declaration:
    """One deployment of a flow, as a project declares it."""

    flow: FlowKey
    """The flow that it deploys."""
    name: str
    """Of the deployment."""
    is_default: bool
    """Whether it is the flow's only deployment and its name is not declared."""
    settings: DeploymentSettings
    """What is declared; None in a field means that nothing is."""
    place: Place
    """Where the declaration begins."""
    name_place: Place
    """Where its name is, else where it begins."""
    places: Mapping[str, Place]
    """Where each of its settings is."""
    parameters: Mapping[str, Place]
    """Where each of its parameters is."""


@dataclasses.dataclass(frozen=True)
class Form:
    """A way to declare deployments."""

    name: str
    """In the manifest's `declared_by`: `flow_spec`."""
    label: str
    """As messages name it: `FLOW_SPEC`."""
    read: Callable[[ProjectTree, Findings], Sequence[Declaration] | None]
    """The project's declarations, with every problem reported; None where the project does not use this form."""
    files: tuple[str, ...] = ()
    """Names (or `fnmatch` patterns of names) of the files that it reads besides Python files."""

    def asks_for(self, path: str) -> bool:
        """Whether it reads the file by its name."""
        name = path.rpartition("/")[2]
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.files)


def from_layers(
    candidate: Candidate, place: Place, layers: Sequence[DeclaredFields], *, is_only: bool, findings: Findings
) -> Declaration:
    """The deployment that these fields declare, later ones over earlier; the last layer has its name.

    `is_only`: nothing else is declared beside it, so that it may go without a name.
    """
    source = layers[-1].name
    value = placed_value.read(source, findings) if source else None
    if source and value is not None and not isinstance(value, str):
        findings.error("flow-spec-value", *source.place, f"the name is {value!r}", "Write a string")
    return Declaration(
        flow=candidate.flow.key,
        name=value if isinstance(value, str) else manifest.DEFAULT_DEPLOYMENT,
        is_default=is_only and value is None,
        settings=settings.merge(layer.settings for layer in layers),
        place=place,
        name_place=source.place if source else place,
        places={name: field_place for layer in layers for name, field_place in layer.places.items()},
        parameters={name: field_place for layer in layers for name, field_place in layer.parameters.items()},
    )
