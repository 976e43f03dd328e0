"""What must hold for every declaration, whatever form it has: names, parameters and images."""

from collections.abc import Sequence

from flowstacks.core import naming
from flowstacks.discovery import validation
from flowstacks.discovery.declarations.declaration import Candidate, Declaration, FlowKey
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.projects import images
from flowstacks.discovery.projects.projects import ProjectFolder

PARAMETERS_MISSING = "parameters-missing"
"""Code of a warning that a stack's overrides may settle."""


def check(
    project: ProjectFolder,
    candidates: Sequence[Candidate],
    declarations: Sequence[Declaration],
    findings: Findings,
) -> None:
    """Report everything that is wrong with a project's declarations, at their places."""
    by_flow = {candidate.flow.key: candidate for candidate in candidates}
    for declaration in declarations:
        _check_name(declaration, findings)
        _check_parameters(by_flow[declaration.flow], declaration, findings)
        _check_image(project, declaration, findings)
    _check_duplicates(declarations, findings)


def _check_name(declaration: Declaration, findings: Findings) -> None:
    message = validation.name_problem(declaration.name)
    if message:
        findings.error("deployment-name", *declaration.name_place, f"deployment: {message}", "Choose another name")


def _check_parameters(candidate: Candidate, declaration: Declaration, findings: Findings) -> None:
    parameters = declaration.settings.parameters or {}
    faults = validation.parameter_problems(candidate.schema, parameters, complete=False)
    for name, message, remedy in faults:
        place = declaration.parameters.get(name, declaration.name_place)
        findings.error("parameters", *place, f"{candidate.flow.name}: {message}", remedy)
    if not declaration.settings.schedules:
        return
    complete = validation.parameter_problems(candidate.schema, parameters, complete=True)
    for fault in complete:
        if fault not in faults:
            # No error yet: the stack's overrides may still give it a value, and the evaluation asks again.
            message = f"{candidate.flow.name}: {fault.message}"
            findings.warning(PARAMETERS_MISSING, *declaration.name_place, message, fault.remedy)


def _check_image(project: ProjectFolder, declaration: Declaration, findings: Findings) -> None:
    name = declaration.settings.docker_env
    fault = None if name is None else images.unknown(name, project.images, project.path)
    if fault:
        place = declaration.places.get("docker_env", declaration.place)
        findings.error("unknown-image", *place, *fault)


def _check_duplicates(declarations: Sequence[Declaration], findings: Findings) -> None:
    first: dict[tuple[FlowKey, str], Declaration] = {}
    for declaration in declarations:
        other = first.setdefault((declaration.flow, naming.slug(declaration.name)), declaration)
        if other is not declaration:
            places = f"{other.place} and {declaration.place}"
            message = f"{declaration.flow[1]} has two deployments named {declaration.name!r}: {places}"
            findings.error("deployment-name", *declaration.name_place, message, "Name each deployment differently")
