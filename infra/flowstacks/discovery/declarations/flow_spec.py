"""`FLOW_SPEC` beside a flow: literal data, read and never run.

    FLOW_SPEC = {"flow": "load", "tags": ["etl"], "deployments": [{"name": "nightly", "cron": "0 4 * * *"}]}

A dict, a call with keywords (whatever is called), or a list of these. What is written beside `deployments` holds for
each of them; without a list there is one deployment.
"""

import ast
from collections.abc import Sequence

from flowstacks.core import suggestion
from flowstacks.core.problem import Place
from flowstacks.discovery.declarations import declaration, fields, placed_value
from flowstacks.discovery.declarations.declaration import Candidate, Declaration, Form, ProjectTree
from flowstacks.discovery.declarations.literals import Literal
from flowstacks.discovery.declarations.placed_value import PlacedValue, UnreadableError
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.flows import imports
from flowstacks.discovery.flows.codebase import Codebase
from flowstacks.discovery.flows.module import Assigned, Function, Imported, Module, Opaque
from flowstacks.discovery.flows.values import Located

NAME = "FLOW_SPEC"
_FLOW_KEYS = ("flow", "deployments")


def read(tree: ProjectTree, findings: Findings) -> list[Declaration] | None:
    """The deployments that every `FLOW_SPEC = …` of the project declares; None where there is none, well or badly."""
    modules = [
        module
        for path, module in tree.codebase.modules.items()
        if imports.inside(path, [tree.path]) and NAME in module.parsed.bindings
    ]
    declarations: list[Declaration] = []
    for module in modules:
        candidates = [candidate for candidate in tree.candidates if candidate.flow.module == module]
        declarations.extend(_of_module(tree.codebase, module, candidates, findings))
    return declarations if modules else None


FORM = Form(name="flow_spec", label=NAME, read=read)


def _of_module(
    codebase: Codebase, module: Module, candidates: Sequence[Candidate], findings: Findings
) -> list[Declaration]:
    try:
        specs = _specs(codebase, module, findings)
    except UnreadableError as error:
        error.report(findings)
        return []
    return [declared for spec in specs for declared in _of_spec(spec, candidates, findings)]


def _specs(codebase: Codebase, module: Module, findings: Findings) -> Sequence[Literal]:
    binding = module.parsed.bindings[NAME]
    if not isinstance(binding, Assigned):
        reason = binding.why if isinstance(binding, Opaque) else "not assigned here"
        line = binding.node.lineno if isinstance(binding, Function) else binding.line
        remedy = "Assign it once, in the file of the flow, as a dict or a list"
        findings.error("flow-spec", module.path, line, f"{NAME} is {reason}", remedy)
        return []
    assigned = Literal(codebase, Located(module, binding.value)).definition()
    node = assigned.located.node
    is_list = isinstance(node, ast.List | ast.Tuple) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add))
    return assigned.items() if is_list else [assigned]


def _of_spec(spec: Literal, candidates: Sequence[Candidate], findings: Findings) -> list[Declaration]:
    try:
        place = spec.definition().place
        entries = spec.entries()
        listed = _deployments(entries.get("deployments"))
    except UnreadableError as error:
        error.report(findings)
        return []
    candidate = _candidate(place, entries.get("flow"), candidates, findings)
    shared = fields.read(place, entries, _FLOW_KEYS, findings)
    if listed and shared.name:
        remedy = "Name each deployment in its own dict"
        findings.error("flow-spec-key", *shared.name.place, "a name beside deployments", remedy)
    if not candidate:
        return []
    if not listed:
        return [declaration.from_layers(candidate, place, [shared], is_only=True, findings=findings)]
    layers = [layer for deployment in listed if (layer := _layer(deployment, findings))]
    is_only = len(listed) == 1
    return [
        declaration.from_layers(candidate, layer_place, [shared, layer], is_only=is_only, findings=findings)
        for layer_place, layer in layers
    ]


def _deployments(source: PlacedValue | None) -> Sequence[PlacedValue]:
    return [] if source is None or source.is_none else source.items()


def _layer(deployment: PlacedValue, findings: Findings) -> tuple[Place, fields.DeclaredFields] | None:
    try:
        place, entries = deployment.definition().place, deployment.entries()
    except UnreadableError as error:
        error.report(findings)
        return None
    return place, fields.read(place, entries, (), findings)


def _candidate(
    place: Place, source: PlacedValue | None, candidates: Sequence[Candidate], findings: Findings
) -> Candidate | None:
    if source is None:
        return _only(place, candidates, findings)
    name = _function_name(source) or placed_value.read(source, findings)
    if name is None:
        return None
    functions = {candidate.flow.node.name: candidate for candidate in candidates}
    flows = {candidate.flow.name: candidate for candidate in candidates}
    candidate = functions.get(str(name)) or flows.get(str(name))
    if not candidate:
        hint = suggestion.did_you_mean(str(name), [*functions, *flows])
        remedy = f"Write the name of a @flow function of this file: {', '.join(functions) or 'it has none'}"
        findings.error("flow-spec", *source.place, f"this file has no flow {name!r}{hint}", remedy)
    return candidate


def _function_name(source: PlacedValue) -> str | None:
    """A bare name that is not a constant: the function itself, or a mistyped one."""
    if not isinstance(source, Literal) or not isinstance(source.located.node, ast.Name):
        return None
    name = source.located.node.id
    is_constant = isinstance(source.located.module.parsed.bindings.get(name), Assigned | Imported)
    return None if is_constant else name


def _only(place: Place, candidates: Sequence[Candidate], findings: Findings) -> Candidate | None:
    free = [candidate for candidate in candidates if not candidate.is_called]
    for choice in (free, candidates):
        if len(choice) == 1:
            return choice[0]
    names = ", ".join(candidate.flow.node.name for candidate in candidates)
    if candidates:
        findings.error(
            "flow-spec",
            *place,
            f"{NAME} does not name its flow, and the file has several",
            f'Add "flow", one of: {names}',
        )
    else:
        findings.error("flow-spec", *place, f"{NAME} in a file without a flow", "Move it beside its flow")
    return None
