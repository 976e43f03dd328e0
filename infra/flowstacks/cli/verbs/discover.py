"""`flowstacks discover`: the declarations at a revision, as JSON or as text."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import pydantic

from flowstacks.core import naming, problem
from flowstacks.discovery import discovery, manifest

Json = dict[str, pydantic.JsonValue]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--root`, `--rev`, `--sources`, `--json`."""
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="the repository (default: here)")
    parser.add_argument("--rev", default="HEAD", help="a commit, branch or tag, or worktree (default: HEAD)")
    parser.add_argument(
        "--sources", action="append", metavar="GLOB", help="folders that are projects, once for each (default: flows/*)"
    )
    parser.add_argument("--json", action="store_true", help="print everything as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Exit code 1 where there is an error."""
    return show(arguments.root, arguments.rev, arguments.sources, as_json=arguments.json)


def show(root: Path, rev: str, sources: Sequence[str] | None, *, as_json: bool) -> int:
    """Print and return the exit code: 1 where there is an error. Raises GitError."""
    declared, problems = discovery.discover(root, rev, sources or None)
    text = json.dumps(document(declared, problems), indent=2) if as_json else listing(declared, problems)
    # Git allows file names that are not UTF-8; a terminal does not.
    print(text.encode(errors="backslashreplace").decode())
    return 1 if problem.errors(problems) else 0


def document(declared: manifest.Manifest, problems: Sequence[problem.Problem]) -> Json:
    """The public JSON (docs: `flowstacks discover`); its fields are fixed."""
    return {
        "schema_version": manifest.SCHEMA_VERSION,
        "commit": declared.commit,
        "projects": [project.model_dump(include=set(_PROJECT)) for project in declared.projects],
        "flows": [_flow(flow) for flow in declared.flows],
        "problems": [{key: getattr(finding, key) for key in _PROBLEM} for finding in problems],
    }


def listing(declared: manifest.Manifest, problems: Sequence[problem.Problem]) -> str:
    """One block per project, then the problems."""
    lines = [f"commit {declared.commit}"]
    for project in declared.projects:
        lines += ["", f"{project.name} {project.version} ({project.path}, since {naming.short_hash(project.commit)})"]
        lines += [
            f"  image {image.name or 'of its own'} ({image.dockerfile})" for image in project.images if image.dockerfile
        ]
        for flow in declared.flows:
            if flow.project == project.name:
                lines += _lines(flow)
    deployments = sum(len(flow.deployments) for flow in declared.flows)
    counts = f"{len(declared.projects)} projects, {len(declared.flows)} flows, {deployments} deployments"
    return "\n".join([*lines, "", counts, *(f"  {finding}" for finding in problems)])


_PROJECT = ("name", "path", "tree_key", "commit", "version")
_PROBLEM = ("severity", "code", "file", "line", "message", "remedy")
_FLOW = ("project", "name", "function", "file", "line", "is_async", "entrypoint", "description", "parameters")


def _flow(flow: manifest.Flow) -> Json:
    properties: Json = flow.model_dump(mode="json", include={*_FLOW, "declared_by"})
    return {**properties, "deployments": [_deployment(deployment) for deployment in flow.deployments]}


def _deployment(deployment: manifest.DeclaredDeployment) -> Json:
    settings = deployment.settings
    return {
        "address": deployment.address,
        "name": deployment.name,
        "schedules": [schedule.model_dump(mode="json") for schedule in settings.schedules or ()],
        "parameters": settings.parameters or {},
        "tags": list(settings.tags or ()),
        "cpu": settings.cpu,
        "memory": settings.memory,
    }


def _lines(flow: manifest.Flow) -> list[str]:
    place = f"{flow.entrypoint} line {flow.line}"
    if not flow.deployments:
        return [f"  {flow.name}: not deployed ({place})"]
    lines = [f"  {flow.name} ({place})"]
    for deployment in flow.deployments:
        schedules = ", ".join(map(str, deployment.settings.schedules or ()))
        lines.append(f"    {deployment.address}{f'  [{schedules}]' if schedules else ''}")
    return lines
