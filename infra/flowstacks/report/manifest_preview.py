"""The difference of what is declared at two commits, in the form of a preview: it needs no credentials. Pure."""

from flowstacks.difference.resource_change import DEPLOYMENT, Operation, Props, ResourceChange
from flowstacks.discovery.manifest import DeclaredDeployment, Flow, Manifest, Project
from flowstacks.provider import canonical
from flowstacks.report.preview import Preview


def difference(before: Manifest, after: Manifest) -> Preview:
    """Deployments by address. One whose project has other files has other code, so it counts as updated."""
    old, new = _declared(before), _declared(after)
    changes = tuple(
        ResourceChange(
            operation=_operation(address, old, new),
            kind=DEPLOYMENT,
            name=address,
            before=old.get(address, {}),
            after=new.get(address, {}),
        )
        for address in sorted({*old, *new})
        if old.get(address) != new.get(address)
    )
    return Preview(changes=changes, unchanged=len({*old, *new}) - len(changes))


def _operation(address: str, old: dict[str, Props], new: dict[str, Props]) -> Operation:
    if address not in old:
        return "create"
    return "update" if address in new else "delete"


def _declared(manifest: Manifest) -> dict[str, Props]:
    projects = {project.name: project for project in manifest.projects}
    return {
        one.address: _props(projects[flow.project], flow, one) for flow in manifest.flows for one in flow.deployments
    }


def _props(project: Project, flow: Flow, one: DeclaredDeployment) -> Props:
    """Named as a deployment resource's inputs; the content of the code by its tree key's effective commit."""
    said = one.settings.model_dump(mode="json", exclude_none=True, exclude={"schedules", "tags", "parameters"})
    return {
        **said,
        "entrypoint": flow.entrypoint,
        "tags": [f"PROJECT_NAME={project.name}", f"COMMIT_HASH={project.commit}", *(one.settings.tags or ())],
        "version": f"{project.version}-{project.commit[:12]}",
        "parameters": canonical.dumps(one.settings.parameters or {}),
        "parameter_openapi_schema": canonical.dumps(flow.parameters),
        # Whether a schedule is active is the environments' business, so no runs are counted here.
        "schedules": [schedule.inputs(active=False) for schedule in one.settings.schedules or ()],
    }
