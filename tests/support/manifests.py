"""Small manifests for tests of what comes after discovery."""

from flowstacks.discovery.manifest import DeclaredDeployment, Flow, Manifest, Project
from flowstacks.stack.settings import DeploymentSettings

PIN = "9f3c" * 10
EFFECTIVE = "51aa" * 10


def project(name: str = "etl", **fields: object) -> Project:
    values = {
        "name": name, "path": f"flows/{name}", "tree_key": "k", "commit": EFFECTIVE, "version": "1.2.0",
        "shared": (), "requirements": ("humanize==4.9.0",), "python": ">=3.11",
        "images": ({"name": "", "dockerfile": None, "file": f"flows/{name}", "line": 0},),
    }  # fmt: skip
    return Project.model_validate({**values, **fields})


def deployment(address: str, line: int = 5, is_default: bool = False, **said: object) -> DeclaredDeployment:
    project_name, flow_name, name = address.split("/")
    return DeclaredDeployment(
        address=address, name=name, is_default=is_default, file=f"flows/{project_name}/{flow_name}.py", line=line,
        settings=DeploymentSettings.model_validate(said),
    )  # fmt: skip


def flow(name: str, *deployments: DeclaredDeployment, project_name: str = "etl", **fields: object) -> Flow:
    values = {
        "project": project_name, "name": name, "function": name.replace("-", "_"),
        "file": f"flows/{project_name}/{name}.py", "line": 9, "is_async": False,
        "entrypoint": f"flows/{project_name}/{name}.py:{name.replace('-', '_')}", "description": "What it does.",
        "parameters": {
            "type": "object", "title": "Parameters",
            "properties": {"days": {"title": "days", "type": "integer", "position": 0, "default": 1}},
        },
        "declared_by": "flow_spec", "deployments": deployments,
    }  # fmt: skip
    return Flow.model_validate({**values, **fields})


def manifest(*flows: Flow, projects: tuple[Project, ...] = ()) -> Manifest:
    return Manifest(commit=PIN, projects=projects or (project(),), flows=flows)
