"""A project's flows as the manifest has them: a candidate with its declarations becomes a flow with deployments."""

from collections.abc import Sequence

from flowstacks.core import naming
from flowstacks.discovery import manifest
from flowstacks.discovery.declarations.declaration import Candidate, Declaration, Form
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.flows import scan
from flowstacks.discovery.projects.projects import ProjectFolder
from flowstacks.stack import schedule
from flowstacks.stack.settings import DeploymentSettings


def declared(
    project: ProjectFolder, candidate: Candidate, declarations: Sequence[tuple[Form, Declaration]]
) -> manifest.Flow:
    """A flow of a project that declares; without a declaration of its own it is not deployed."""
    deployments = [
        manifest.DeclaredDeployment(
            address=str(naming.address(project.name, candidate.flow.name, declaration.name)),
            name=declaration.name,
            is_default=declaration.is_default,
            file=declaration.place.file,
            line=declaration.place.line,
            settings=_with_slugs(declaration.settings),
        )
        for _, declaration in declarations
    ]
    return _flow(project, candidate, declarations[0][0].name if declarations else manifest.NOT_DECLARED, deployments)


def bare(project: ProjectFolder, candidate: Candidate, form: Form, findings: Findings) -> manifest.Flow:
    """A flow of a project without any declaration: one deployment, unless another flow calls it or it is a test's.

    `form` is the one to recommend.
    """
    flow = candidate.flow
    is_test = scan.is_test(flow.module.path, project.paths)
    if is_test and not candidate.is_called:
        message = f"{flow.name} is in a test, so it is not deployed"
        remedy = f"Move it out of the tests, or declare it in {form.label}, to deploy it"
        findings.warning("flow-in-test", flow.module.path, flow.node.lineno, message, remedy)
    if is_test or candidate.is_called:
        return _flow(project, candidate, manifest.NOT_DECLARED, [])
    name = manifest.DEFAULT_DEPLOYMENT
    deployment = manifest.DeclaredDeployment(
        address=str(naming.address(project.name, flow.name, name)),
        name=name,
        is_default=True,
        file=flow.module.path,
        line=flow.node.lineno,
        settings=DeploymentSettings(),
    )
    return _flow(project, candidate, manifest.BARE, [deployment])


def check_addresses(flows: Sequence[manifest.Flow], findings: Findings) -> None:
    """Flows that are deployed need addresses of their own within the project."""
    first: dict[str, manifest.Flow] = {}
    for flow in flows:
        if not flow.deployments:
            continue
        other = first.setdefault(naming.slug(flow.name), flow)
        if other is not flow:
            message = f"flow {flow.name!r} has the address of {other.name!r} ({other.file}:{other.line})"
            findings.error("address", flow.file, flow.line, message, "Give one of them another name")
        for name in (flow.name, *(deployment.name for deployment in flow.deployments)):
            if name.strip() and not naming.slug(name):
                message = f"the name {name!r} leaves nothing for an address"
                findings.error("address", flow.file, flow.line, message, "Use some of a-z, 0-9 and _ in it")


def _flow(
    project: ProjectFolder, candidate: Candidate, declared_by: str, deployments: Sequence[manifest.DeclaredDeployment]
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
        declared_by=declared_by,
        deployments=tuple(deployments),
    )


def _with_slugs(settings: DeploymentSettings) -> DeploymentSettings:
    if not settings.schedules:
        return settings
    return settings.model_copy(update={"schedules": schedule.with_slugs(settings.schedules)})
