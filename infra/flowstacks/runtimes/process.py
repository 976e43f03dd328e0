"""Runs as processes of a worker: code by `git_clone`, each project in a `uv` environment of its own.

The worker's machine needs `git` and `uv` on PATH.
"""

import json
import shlex
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from flowstacks.discovery.manifest import Project
from flowstacks.runtimes.runtime import Json, Recipe, RunRequest, Runtime, Source

PREFECT_REQUIREMENTS = ("prefect==3.9.1",)
"""For projects that don't pin Prefect themselves: the version this repository is locked to (a test compares them)."""

_TEMPLATE = Path(__file__).with_name("process_job_template.json")
_WORKTREE = "worktree"
_CLONE = "clone"


def job_template() -> dict[str, Json]:
    """Prefect's own default for process pools, as of prefect 3.9.1 (a test compares them)."""
    return json.loads(_TEMPLATE.read_text(encoding="utf-8"))


def recipe(job: RunRequest) -> Recipe:
    """A run of the project at its effective commit; job variables the user set win over ours."""
    said, commit = job.settings.job_variables or {}, job.project.commit
    return Recipe(
        job_variables={"command": command(job.project), **said, "env": dict(job.env)},
        pull_steps=[use_checkout(job.source)] if commit == _WORKTREE else [clone(job.source, commit)],
    )


def command(project: Project) -> str:
    """What the worker starts. It starts before the code is there, so what it installs stands in the command.

    `--isolated` keeps the worker's own packages out of the run; uv caches the environment by its requirements.
    """
    packages = [word for line in requirements(project) for word in ("--with", line)]
    uv = ["uv", "run", "--isolated", "--no-project", "--quiet", "--python", project.python]
    return shlex.join([*uv, *packages, "prefect", "flow-run", "execute"])


def requirements(project: Project) -> tuple[str, ...]:
    """What a run's environment holds: the project's own, and Prefect where it does not name it."""
    asked = {canonicalize_name(Requirement(line).name) for line in project.requirements}
    return project.requirements if "prefect" in asked else (*PREFECT_REQUIREMENTS, *project.requirements)


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


RUNTIME = Runtime(pool_type="process", pool_name="process", job_template=job_template, recipe=recipe)
