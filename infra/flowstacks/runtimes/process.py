"""Runs as processes of a worker: code by `git_clone`, each project in a `uv` environment of its own.

The worker's machine needs `git` and `uv` on PATH.
"""

import json
import shlex
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from flowstacks.desired.recipe import Json, Recipe, RunRequest, Source
from flowstacks.desired.runtime import Runtime
from flowstacks.discovery.manifest import Project

PREFECT_REQUIREMENTS = ("prefect==3.9.1",)
"""For projects that don't pin Prefect themselves: the version this repository is locked to (a test compares them)."""

_TEMPLATE = Path(__file__).with_name("process_job_template.json")
_WORKTREE = "worktree"
_CLONE = "clone"


def job_template() -> dict[str, Json]:
    """Prefect's own default for process pools, as of prefect 3.9.1 (a test compares them)."""
    return json.loads(_TEMPLATE.read_text(encoding="utf-8"))


def recipe(request: RunRequest) -> Recipe:
    """A run of the project at its effective commit; the user's job variables win over the runtime's."""
    project, source = request.project, request.source
    variables = request.settings.job_variables or {}
    return Recipe(
        job_variables={"command": command(project), **variables, "env": dict(request.env)},
        pull_steps=[use_checkout(source)] if project.commit == _WORKTREE else [clone(source, project.commit)],
    )


def command(project: Project) -> str:
    """What the worker starts. It starts before the code is cloned, so the packages are named in the command.

    `--isolated` keeps the worker's own packages out of the run; uv caches the environment by its requirements.
    """
    packages = [argument for line in requirements(project) for argument in ("--with", line)]
    uv = ["uv", "run", "--isolated", "--no-project", "--quiet", "--python", project.python]
    return shlex.join([*uv, *packages, "prefect", "flow-run", "execute"])


def requirements(project: Project) -> tuple[str, ...]:
    """Packages of a run's environment: the project's own, and Prefect where the project does not name it."""
    names = {canonicalize_name(Requirement(line).name) for line in project.requirements}
    return project.requirements if "prefect" in names else (*PREFECT_REQUIREMENTS, *project.requirements)


def clone(source: Source, commit: str) -> Json:
    """`git_clone` at a commit.

    The folder's name carries the commit: in a reused folder the step of Prefect 3.8 only asks whether the commit exists
    and then runs whatever is checked out (`prefect/runner/storage.py`; not 3.9.1, but a project may pin an older).
    """
    step: dict[str, Json] = {
        "id": _CLONE,
        "repository": source.url,
        "commit_sha": commit,
        "clone_directory_name": f"flows-{commit}",
    }
    if source.credentials:
        block_type, name = source.credentials.split("/")
        step["credentials"] = f"{{{{ prefect.blocks.{block_type}.{name} }}}}"
    return {"prefect.deployments.steps.git_clone": step}


def use_checkout(source: Source) -> Json:
    """The checkout itself: uncommitted code is nowhere else."""
    return {"prefect.deployments.steps.set_working_directory": {"directory": source.checkout}}


RUNTIME = Runtime(
    pool_type="process",
    pool_name="process",
    job_template=job_template,
    recipe=recipe,
    allows_moving_pin=True,
    has_local_worker=True,
)
