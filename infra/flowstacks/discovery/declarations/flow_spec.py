"""`FLOW_SPEC` beside a flow: literal data, read and never run.

    FLOW_SPEC = {"flow": "load", "tags": ["etl"], "deployments": [{"name": "nightly", "cron": "0 4 * * *"}]}

A dict, a call with keywords (whatever is called), or a list of these. What stands beside `deployments` holds for each
of them; without a list there is one deployment.
"""

import ast
from collections.abc import Mapping, Sequence

from flowstacks.core import naming, suggestion
from flowstacks.discovery import manifest, validation
from flowstacks.discovery.declarations import entry, literals
from flowstacks.discovery.declarations.declaration import Candidate, Declaration
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.flows import values
from flowstacks.discovery.flows.codebase import Codebase
from flowstacks.discovery.flows.module import Assigned, Function, Imported, Module, Opaque
from flowstacks.discovery.flows.values import Located
from flowstacks.stack import settings

NAME = "FLOW_SPEC"
_OF_THE_FLOW = ("flow", "deployments")

PARAMETERS_MISSING = "parameters-missing"
"""Code of a warning that a stack's overrides may settle."""


def is_declared(module: Module) -> bool:
    """Whether the file says `FLOW_SPEC = …`, well or badly."""
    return NAME in module.parsed.bindings


def read(codebase: Codebase, module: Module, candidates: Sequence[Candidate], findings: Findings) -> list[Declaration]:
    """The deployments that the file's `FLOW_SPEC` declares; `candidates` are the flows of that file."""
    try:
        entries = _entries(codebase, module, findings)
    except values.UnresolvedError as error:
        literals.unresolved(error, findings)
        return []
    found: list[Declaration] = []
    for at in entries:
        found.extend(_of_entry(codebase, at, candidates, findings))
    _check_names(found, findings)
    return found


def _entries(codebase: Codebase, module: Module, findings: Findings) -> list[Located]:
    binding = module.parsed.bindings[NAME]
    if not isinstance(binding, Assigned):
        why = binding.why if isinstance(binding, Opaque) else "not assigned here"
        line = binding.node.lineno if isinstance(binding, Function) else binding.line
        remedy = "Assign it once, in the file of the flow, as a dict or a list"
        findings.error("flow-spec", module.path, line, f"{NAME} is {why}", remedy)
        return []
    at = values.definition(codebase, Located(module, binding.value))
    is_list = isinstance(at.node, ast.List | ast.Tuple) or (
        isinstance(at.node, ast.BinOp) and isinstance(at.node.op, ast.Add)
    )
    return values.elements(codebase, at) if is_list else [at]


def _of_entry(
    codebase: Codebase, at: Located, candidates: Sequence[Candidate], findings: Findings
) -> list[Declaration]:
    try:
        at = values.definition(codebase, at)
        said = values.fields(codebase, at)
        listed = _deployments(codebase, said)
    except values.UnresolvedError as error:
        literals.unresolved(error, findings)
        return []
    chosen = _flow(codebase, at, said.get("flow"), candidates, findings)
    shared = entry.read(codebase, at, said, _OF_THE_FLOW, findings)
    if listed and shared.name:
        remedy = "Name each deployment in its own dict"
        findings.error("flow-spec-key", shared.name.file, shared.name.line, "a name beside deployments", remedy)
    if not chosen:
        return []
    own = [read for one in listed if (read := _deployment(codebase, one, findings))]
    if listed:
        return [
            _declaration(codebase, chosen, spot, [shared, its], is_only=len(listed) == 1, findings=findings)
            for spot, its in own
        ]
    return [_declaration(codebase, chosen, at, [shared], is_only=True, findings=findings)]


def _deployments(codebase: Codebase, said: Mapping[str, Located]) -> list[Located]:
    at = values.definition(codebase, said["deployments"]) if "deployments" in said else None
    is_none = at is None or (isinstance(at.node, ast.Constant) and at.node.value is None)
    return [] if at is None or is_none else values.elements(codebase, at)


def _deployment(codebase: Codebase, at: Located, findings: Findings) -> tuple[Located, entry.DeclaredFields] | None:
    try:
        at = values.definition(codebase, at)
        said = values.fields(codebase, at)
    except values.UnresolvedError as error:
        literals.unresolved(error, findings)
        return None
    return at, entry.read(codebase, at, said, (), findings)


def _flow(
    codebase: Codebase, at: Located, said: Located | None, candidates: Sequence[Candidate], findings: Findings
) -> Candidate | None:
    functions = {candidate.flow.node.name: candidate for candidate in candidates}
    if said is None:
        return _only(at, candidates, findings)
    name = _function_name(said) or literals.told(codebase, said, findings)
    if name is None:
        return None
    named = {candidate.flow.name: candidate for candidate in candidates}
    found = functions.get(str(name)) or named.get(str(name))
    if not found:
        hint = suggestion.did_you_mean(str(name), [*functions, *named])
        remedy = f"Write the name of a @flow function of this file: {', '.join(functions) or 'it has none'}"
        findings.error("flow-spec", said.file, said.line, f"this file has no flow {name!r}{hint}", remedy)
    return found


def _function_name(said: Located) -> str | None:
    """A bare name that is not a constant: the function itself, or a mistyped one."""
    if not isinstance(said.node, ast.Name):
        return None
    is_constant = isinstance(said.module.parsed.bindings.get(said.node.id), Assigned | Imported)
    return None if is_constant else said.node.id


def _only(at: Located, candidates: Sequence[Candidate], findings: Findings) -> Candidate | None:
    free = [candidate for candidate in candidates if not candidate.is_called]
    for choice in (free, candidates):
        if len(choice) == 1:
            return choice[0]
    names = ", ".join(candidate.flow.node.name for candidate in candidates)
    if candidates:
        findings.error("flow-spec", at.file, at.line, "it does not say which flow", f'Add "flow", one of: {names}')
    else:
        findings.error("flow-spec", at.file, at.line, f"{NAME} in a file without a flow", "Move it beside its flow")
    return None


def _declaration(
    codebase: Codebase,
    chosen: Candidate,
    at: Located,
    layers: Sequence[entry.DeclaredFields],
    *,
    is_only: bool,
    findings: Findings,
) -> Declaration:
    merged = settings.merge(layer.settings for layer in layers)
    parameters = {name: place for layer in layers for name, place in layer.parameters.items()}
    name_at = layers[-1].name
    told = literals.told(codebase, name_at, findings) if name_at else None
    if name_at and told is not None and not isinstance(told, str):
        findings.error("flow-spec-value", name_at.file, name_at.line, f"the name is {told!r}", "Write a string")
    name = told if isinstance(told, str) else manifest.DEFAULT_DEPLOYMENT
    place = name_at or at
    unfit = validation.name_problem(name)
    if unfit:
        findings.error("deployment-name", place.file, place.line, f"deployment: {unfit}", "Choose another name")
    _check_parameters(chosen, merged, place, parameters, findings)
    return Declaration(
        flow=chosen.flow.key,
        name=name,
        is_default=is_only and told is None,
        settings=merged,
        at=at,
        name_at=place,
        places={name: spot for layer in layers for name, spot in layer.places.items()},
        parameters=parameters,
    )


def _check_parameters(
    chosen: Candidate,
    merged: settings.DeploymentSettings,
    at: Located,
    places: Mapping[str, Located],
    findings: Findings,
) -> None:
    given = merged.parameters or {}
    wrong = validation.parameter_problems(chosen.schema, given, complete=False)
    for name, message, remedy in wrong:
        place = places.get(name, at)
        findings.error("parameters", place.file, place.line, f"{chosen.flow.name}: {message}", remedy)
    every = validation.parameter_problems(chosen.schema, given, complete=True)
    for _, message, remedy in [one for one in every if one not in wrong and merged.schedules]:
        # No error yet: the stack's overrides may still give it a value, and preflight asks again.
        findings.warning(PARAMETERS_MISSING, at.file, at.line, f"{chosen.flow.name}: {message}", remedy)


def _check_names(declarations: Sequence[Declaration], findings: Findings) -> None:
    seen: dict[tuple[tuple[str, str], str], Declaration] = {}
    for one in declarations:
        first = seen.setdefault((one.flow, naming.slug(one.name)), one)
        if first is not one:
            findings.error(
                "deployment-name",
                one.name_at.file,
                one.name_at.line,
                f"{one.flow[1]} has two deployments named {one.name!r}: lines {first.at.line} and {one.at.line}",
                "Name each deployment differently",
            )
