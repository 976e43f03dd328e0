import importlib.metadata
import shlex

from prefect.workers.process import ProcessWorker

from flowstacks.desired.recipe import RunRequest, Source
from flowstacks.discovery.manifest import Project
from flowstacks.runtimes import process
from flowstacks.stack.settings import DeploymentSettings
from tests.support import manifests

_SOURCE = Source(url="file:///a%20b", credentials="github-credentials/ours", checkout="/a b")


def _job(project: Project, said: DeploymentSettings, env: dict[str, str]) -> RunRequest:
    return RunRequest(
        source=_SOURCE, project=project, address="etl/load/nightly", settings=said, own=said, is_held=False, env=env
    )


def test_the_pool_template_is_prefects_own() -> None:
    assert process.job_template() == ProcessWorker.get_default_base_job_template()


def test_a_project_without_prefect_gets_the_locked_version() -> None:
    assert (f"prefect=={importlib.metadata.version('prefect')}",) == process.PREFECT_REQUIREMENTS


def test_a_project_that_pins_prefect_gets_its_own() -> None:
    words = shlex.split(process.command(manifests.project(requirements=("prefect==3.7.0", "x>=1; python_version<'4'"))))
    assert [word for word in words if word.startswith("prefect")] == ["prefect==3.7.0", "prefect"]
    assert "x>=1; python_version<'4'" in words


def test_the_clone_takes_its_credentials_from_a_block() -> None:
    step = process.clone(_SOURCE, "c" * 40)
    assert step == {
        "prefect.deployments.steps.git_clone": {
            "id": "clone", "repository": "file:///a%20b", "commit_sha": "c" * 40,
            "clone_directory_name": "flows-" + "c" * 40,
            "credentials": "{{ prefect.blocks.github-credentials.ours }}",
        }
    }  # fmt: skip


def test_uncommitted_code_runs_where_it_is() -> None:
    recipe = process.recipe(_job(manifests.project(commit="worktree"), DeploymentSettings(), {}))
    assert recipe.pull_steps == [{"prefect.deployments.steps.set_working_directory": {"directory": "/a b"}}]


def test_a_users_job_variables_win_but_not_over_the_environment() -> None:
    said = DeploymentSettings(job_variables={"command": "mine", "env": {"X": "1"}, "working_dir": "/w"})
    recipe = process.recipe(_job(manifests.project(), said, {"A": "1"}))
    assert recipe.job_variables == {"command": "mine", "working_dir": "/w", "env": {"A": "1"}}
