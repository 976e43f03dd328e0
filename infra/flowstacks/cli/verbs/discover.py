"""`flowstacks discover`: what is found at a revision, as JSON or to read."""

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
    """Print and return the exit code: 1 where an error was found. Raises GitError."""
    found, problems = discovery.discover(root, rev, sources or None)
    text = json.dumps(document(found, problems), indent=2) if as_json else listing(found, problems)
    # Git allows file names that are not UTF-8; a terminal does not.
    print(text.encode(errors="backslashreplace").decode())
    return 1 if problem.errors(problems) else 0


def document(found: manifest.Manifest, problems: Sequence[problem.Problem]) -> Json:
    """The public JSON (docs: `flowstacks discover`); its fields are fixed."""
    return {
        "schema_version": manifest.SCHEMA_VERSION,
        "commit": found.commit,
        "projects": [each.model_dump(include=set(_PROJECT)) for each in found.projects],
        "flows": [_flow(flow) for flow in found.flows],
        "problems": [{key: getattr(each, key) for key in _PROBLEM} for each in problems],
    }


def listing(found: manifest.Manifest, problems: Sequence[problem.Problem]) -> str:
    """One block per project, then the problems."""
    lines = [f"commit {found.commit}"]
    for project in found.projects:
        lines += ["", f"{project.name} {project.version} ({project.path}, since {naming.short_hash(project.commit)})"]
        lines += [
            f"  image {image.name or 'of its own'} ({image.dockerfile})" for image in project.images if image.dockerfile
        ]
        for flow in found.flows:
            if flow.project == project.name:
                lines += _lines(flow)
    deployments = sum(len(flow.deployments) for flow in found.flows)
    counts = f"{len(found.projects)} projects, {len(found.flows)} flows, {deployments} deployments"
    return "\n".join([*lines, "", counts, *(f"  {each}" for each in problems)])


_PROJECT = ("name", "path", "tree_key", "commit", "version")
_PROBLEM = ("severity", "code", "file", "line", "message", "remedy")
_FLOW = ("project", "name", "function", "file", "line", "is_async", "entrypoint", "description", "parameters")


def _flow(flow: manifest.Flow) -> Json:
    said: Json = flow.model_dump(mode="json", include={*_FLOW, "declared_by"})
    return {**said, "deployments": [_deployment(each) for each in flow.deployments]}


def _deployment(deployment: manifest.DeclaredDeployment) -> Json:
    said = deployment.settings
    return {
        "address": deployment.address,
        "name": deployment.name,
        "schedules": [schedule.model_dump(mode="json") for schedule in said.schedules or ()],
        "parameters": said.parameters or {},
        "tags": list(said.tags or ()),
        "cpu": said.cpu,
        "memory": said.memory,
    }


def _lines(flow: manifest.Flow) -> list[str]:
    where = f"{flow.entrypoint} line {flow.line}"
    if not flow.deployments:
        return [f"  {flow.name}: not deployed ({where})"]
    found = [f"  {flow.name} ({where})"]
    for deployment in flow.deployments:
        schedules = ", ".join(map(str, deployment.settings.schedules or ()))
        found.append(f"    {deployment.address}{f'  [{schedules}]' if schedules else ''}")
    return found
