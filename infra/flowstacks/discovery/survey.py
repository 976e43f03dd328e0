"""One project's files: parsed, its flows found, its declarations read, its deployments addressed."""

import ast
import dataclasses
import functools
from collections.abc import Collection, Mapping, Sequence

from flowstacks.core import naming
from flowstacks.core.problem import Problem
from flowstacks.discovery import manifest
from flowstacks.discovery.declarations import flow_spec
from flowstacks.discovery.declarations.declaration import Candidate, Declaration
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.flows import calls, imports, module, scan, schema
from flowstacks.discovery.flows.codebase import Codebase
from flowstacks.discovery.flows.module import Broken, Module
from flowstacks.discovery.projects import images, projects
from flowstacks.git.git_tree import Blob
from flowstacks.stack import schedule, settings


@dataclasses.dataclass(frozen=True)
class RepositoryFiles:
    """What the import rule needs of the whole repository: its Python files, and the `__init__.py` without code."""

    files: Collection[str]
    harmless: Collection[str]


def flows(
    project: projects.ProjectFolder, blobs: Mapping[str, Blob], surroundings: RepositoryFiles, findings: Findings
) -> list[manifest.Flow]:
    """The project's flows by file and line; `blobs` holds its Python files and those of its shared paths."""
    surveyed = _surveyed(project, tuple(sorted(blobs.items())))
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
class _Surveyed:
    """What a project's own files say, whatever else the repository holds."""

    modules: Mapping[str, Module]
    flows: tuple[manifest.Flow, ...]
    problems: tuple[Problem, ...]


@functools.lru_cache(maxsize=4096)
def _surveyed(project: projects.ProjectFolder, blobs: tuple[tuple[str, Blob], ...]) -> _Surveyed:
    """Once for each content, so that a second commit costs only the projects that differ there."""
    findings = Findings()
    modules = _parsed(dict(blobs), findings)
    codebase = Codebase(modules, (project.path, ""))
    candidates = _candidates(project, codebase, findings)
    declared, declarations = _declarations(project, codebase, candidates, findings)
    by_flow: dict[tuple[str, str], list[Declaration]] = {}
    for declaration in declarations:
        by_flow.setdefault(declaration.flow, []).append(declaration)
    found = [
        _declared(project, candidate, by_flow.get(candidate.flow.key, []))
        if declared
        else _bare(project, candidate, findings)
        for candidate in candidates
    ]
    _check_addresses(found, findings)
    if found and not declared and not any(flow.deployments for flow in found):
        remedy = "Declare the one to deploy in FLOW_SPEC"
        findings.warning(
            "no-deployment", project.path, 0, "no flow is deployed: each is called by another, or in a test", remedy
        )
    return _Surveyed(modules=modules, flows=tuple(found), problems=tuple(findings.problems))


def is_code_free(blob: Blob) -> bool:
    """A Python file with nothing but a docstring and comments."""
    parsed = module.parse(blob)
    if isinstance(parsed, Broken):
        return False
    return all(isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) for each in parsed.tree.body)


def _parsed(blobs: Mapping[str, Blob], findings: Findings) -> dict[str, Module]:
    modules: dict[str, Module] = {}
    for path, blob in sorted(blobs.items()):
        parsed = module.parse(blob)
        if isinstance(parsed, Broken):
            remedy = "Correct it; a flow in it could not be found"
            findings.error("syntax", path, parsed.line, f"Python can't parse this file: {parsed.message}", remedy)
        else:
            modules[path] = Module(path, parsed)
    return modules


def _candidates(project: projects.ProjectFolder, codebase: Codebase, findings: Findings) -> list[Candidate]:
    found = [
        flow
        for path, each in codebase.modules.items()
        if imports.inside(path, [project.path])
        for flow in scan.flows(codebase, each, findings)
    ]
    # What only a test calls is deployed like any other.
    called = calls.called(codebase, [flow.key for flow in found if not scan.is_test(flow.module.path, project.paths)])
    return [
        Candidate(
            flow=flow,
            schema=schema.parameter_schema(codebase, flow.module, flow.node),
            variadic=schema.variadic(flow.node),
            is_called=flow.key in called,
        )
        for flow in found
    ]


def _declarations(
    project: projects.ProjectFolder, codebase: Codebase, candidates: Sequence[Candidate], findings: Findings
) -> tuple[bool, list[Declaration]]:
    """Whether the project declares anything, and what."""
    found: list[Declaration] = []
    declaring = [
        each
        for path, each in codebase.modules.items()
        if imports.inside(path, [project.path]) and flow_spec.is_declared(each)
    ]
    for each in declaring:
        own = [candidate for candidate in candidates if candidate.flow.module == each]
        found.extend(flow_spec.read(codebase, each, own, findings))
    _check_images(project, found, findings)
    return bool(declaring), found


def _check_images(project: projects.ProjectFolder, declarations: Sequence[Declaration], findings: Findings) -> None:
    for one in declarations:
        said = one.settings.docker_env
        unfit = None if said is None else images.unknown(said, project.images, project.path)
        if unfit:
            at = one.places["docker_env"]
            findings.error("unknown-image", at.file, at.line, *unfit)


def _declared(
    project: projects.ProjectFolder, candidate: Candidate, declarations: Sequence[Declaration]
) -> manifest.Flow:
    deployments = [
        manifest.DeclaredDeployment(
            address=str(naming.address(project.name, candidate.flow.name, one.name)),
            name=one.name,
            is_default=one.is_default,
            file=one.at.file,
            line=one.at.line,
            settings=_with_slugs(one.settings),
        )
        for one in declarations
    ]
    return _flow(project, candidate, "flow_spec" if deployments else "none", deployments)


def _bare(project: projects.ProjectFolder, candidate: Candidate, findings: Findings) -> manifest.Flow:
    flow = candidate.flow
    if candidate.is_called:
        return _flow(project, candidate, "none", [])
    if scan.is_test(flow.module.path, project.paths):
        remedy = "Move it out of the tests, or declare it in FLOW_SPEC, to deploy it"
        findings.warning(
            "flow-in-test",
            flow.module.path,
            flow.node.lineno,
            f"{flow.name} is in a test, so it is not deployed",
            remedy,
        )
        return _flow(project, candidate, "none", [])
    name = manifest.DEFAULT_DEPLOYMENT
    only = manifest.DeclaredDeployment(
        address=str(naming.address(project.name, flow.name, name)),
        name=name,
        is_default=True,
        file=flow.module.path,
        line=flow.node.lineno,
        settings=settings.DeploymentSettings(),
    )
    return _flow(project, candidate, "bare", [only])


def _flow(
    project: projects.ProjectFolder,
    candidate: Candidate,
    declared_by: manifest.DeclaredBy,
    deployments: Sequence[manifest.DeclaredDeployment],
) -> manifest.Flow:
    flow = candidate.flow
    return manifest.Flow(
        project=project.name,
        name=flow.name,
        function=flow.node.name,
        file=flow.module.path,
        line=flow.node.lineno,
        is_async=flow.is_async,
        entrypoint=f"{flow.module.path}:{flow.node.name}",
        description=flow.description,
        parameters=candidate.schema,
        variadic=candidate.variadic,
        declared_by=declared_by,
        deployments=tuple(deployments),
    )


def _with_slugs(said: settings.DeploymentSettings) -> settings.DeploymentSettings:
    return said.model_copy(update={"schedules": schedule.with_slugs(said.schedules)}) if said.schedules else said


def _check_addresses(found: Sequence[manifest.Flow], findings: Findings) -> None:
    """Flows that are deployed need addresses of their own within the project."""
    first: dict[str, manifest.Flow] = {}
    for flow in found:
        if not flow.deployments:
            continue
        part = naming.slug(flow.name)
        other = first.setdefault(part, flow)
        names = [flow.name, *(deployment.name for deployment in flow.deployments)]
        if other is not flow:
            message = f"flow {flow.name!r} has the address of {other.name!r} ({other.file}:{other.line})"
            findings.error("address", flow.file, flow.line, message, "Give one of them another name")
        for name in [name for name in names if name.strip() and not naming.slug(name)]:
            message = f"the name {name!r} leaves nothing for an address"
            findings.error("address", flow.file, flow.line, message, "Use some of a-z, 0-9 and _ in it")
