"""One project's files: parsed, its flows listed, its declarations read in every form, its deployments addressed."""

import ast
import dataclasses
import functools
from collections.abc import Collection, Mapping, Sequence

from flowstacks.core.problem import Problem
from flowstacks.discovery import manifest, manifest_flows
from flowstacks.discovery.declarations import declaration_checks, registry
from flowstacks.discovery.declarations.declaration import Candidate, Declaration, FlowKey, Form, ProjectTree
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.flows import calls, imports, module, scan, schema
from flowstacks.discovery.flows.codebase import Codebase
from flowstacks.discovery.flows.module import Broken, Module
from flowstacks.discovery.projects.projects import ProjectFolder
from flowstacks.git.git_tree import Blob


@dataclasses.dataclass(frozen=True)
class RepositoryFiles:
    """What the import rule needs of the whole repository: its Python files, and the `__init__.py` without code."""

    files: Collection[str]
    harmless: Collection[str]


def is_read(path: str) -> bool:
    """Whether a project's survey needs the file: Python, or a file that a declaration form asks for."""
    return path.endswith(".py") or registry.asks_for(path)


def flows(
    project: ProjectFolder, blobs: Mapping[str, Blob], surroundings: RepositoryFiles, findings: Findings
) -> list[manifest.Flow]:
    """The project's flows by file and line; `blobs` holds what `is_read` of the project and its shared paths."""
    surveyed = _survey(project, tuple(sorted(blobs.items())), registry.FORMS)
    findings.problems.extend(surveyed.problems)
    # What an import leads to depends on the other projects' files too.
    imports.check(
        surveyed.modules,
        surroundings.files,
        allowed=project.paths,
        harmless=surroundings.harmless,
        findings=findings,
    )
    # Nobody shares what a dict inside holds.
    return [flow.model_copy(deep=True) for flow in surveyed.flows]


@dataclasses.dataclass(frozen=True)
class _Survey:
    """What a project's own files hold, whatever else is in the repository."""

    modules: Mapping[str, Module]
    flows: tuple[manifest.Flow, ...]
    problems: tuple[Problem, ...]


@functools.lru_cache(maxsize=4096)
def _survey(project: ProjectFolder, blobs: tuple[tuple[str, Blob], ...], forms: tuple[Form, ...]) -> _Survey:
    """Once for each content, so that a second commit costs only the projects that differ there."""
    findings = Findings()
    files = dict(blobs)
    modules = _parse(files, findings)
    codebase = Codebase(modules, (project.path, ""))
    candidates = _candidates(project, codebase, findings)
    tree = ProjectTree(path=project.path, files=files, codebase=codebase, candidates=candidates)
    declared = _declarations(project, tree, forms, findings)
    if declared is None:
        survey_flows = [manifest_flows.bare(project, candidate, forms[0], findings) for candidate in candidates]
    else:
        survey_flows = [
            manifest_flows.declared(project, candidate, declared.get(candidate.flow.key, ()))
            for candidate in candidates
        ]
    manifest_flows.check_addresses(survey_flows, findings)
    if survey_flows and declared is None and not any(flow.deployments for flow in survey_flows):
        message = "no flow is deployed: each is called by another, or in a test"
        findings.warning("no-deployment", project.path, 0, message, f"Declare the one to deploy in {forms[0].label}")
    return _Survey(modules=modules, flows=tuple(survey_flows), problems=tuple(findings.problems))


def is_code_free(blob: Blob) -> bool:
    """A Python file with nothing but a docstring and comments."""
    parsed = module.parse(blob)
    if isinstance(parsed, Broken):
        return False
    return all(
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) for statement in parsed.tree.body
    )


def _parse(files: Mapping[str, Blob], findings: Findings) -> dict[str, Module]:
    modules: dict[str, Module] = {}
    for path, blob in sorted(files.items()):
        if not path.endswith(".py"):
            continue
        parsed = module.parse(blob)
        if isinstance(parsed, Broken):
            remedy = "Correct it; a flow in it could not be found"
            findings.error("syntax", path, parsed.line, f"Python can't parse this file: {parsed.message}", remedy)
        else:
            modules[path] = Module(path, parsed)
    return modules


def _candidates(project: ProjectFolder, codebase: Codebase, findings: Findings) -> list[Candidate]:
    functions = [
        function
        for path, parsed in codebase.modules.items()
        if imports.inside(path, [project.path])
        for function in scan.flows(codebase, parsed, findings)
    ]
    # What only a test calls is deployed like any other.
    outside_tests = [function.key for function in functions if not scan.is_test(function.module.path, project.paths)]
    called = calls.called(codebase, outside_tests)
    return [
        Candidate(
            flow=function,
            schema=schema.parameter_schema(codebase, function.module, function.node),
            is_called=function.key in called,
        )
        for function in functions
    ]


def _declarations(
    project: ProjectFolder, tree: ProjectTree, forms: Sequence[Form], findings: Findings
) -> dict[FlowKey, list[tuple[Form, Declaration]]] | None:
    """Every form's declarations, by flow; None where the project uses no form at all."""
    by_form = [(form, form.read(tree, findings)) for form in forms]
    pairs = [(form, declaration) for form, declarations in by_form for declaration in declarations or ()]
    declaration_checks.check(project, tree.candidates, [declaration for _, declaration in pairs], findings)
    by_flow: dict[FlowKey, list[tuple[Form, Declaration]]] = {}
    for form, declaration in pairs:
        by_flow.setdefault(declaration.flow, []).append((form, declaration))
    return None if all(declarations is None for _, declarations in by_form) else by_flow
