"""A repository without a copy of the package: `flowstacks` comes from its wheel."""

from pathlib import Path

import pytest

from tests.support import flows, wheels
from tests.support.workspace import Workspace

PYPROJECT = '[project]\nname = "team"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = ["flowstacks"]\n'
ENTRY = "from flowstacks import program\nprogram.run()\n"
ORIGIN = "import flowstacks, importlib.metadata as m; print(flowstacks.__file__, m.version('flowstacks'), sep='\\n')"


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    wheels.install(wheels.build(tmp_path / "dist"), tmp_path / "venv")
    return tmp_path / "venv"


@pytest.fixture
def team(tmp_path: Path, api: str, engine: Path, venv: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.delenv("PYTHONPATH", raising=False)  # it would come before the installed package
    return Workspace(tmp_path, api, engine, venv)


def test_the_wheel_provisions_a_repository_that_has_only_flows(team: Workspace, venv: Path) -> None:
    flow = flows.BARE.replace("@flow", f"@flow(name='hello-{team.stack}')")
    team.commit(**{"__main__.py": ENTRY, "pyproject.toml": PYPROJECT, "flows/greet/hello.py": flow})
    path, version = team.run("python", "-c", ORIGIN).text.split()
    assert Path(path).is_relative_to(venv)
    assert "create" in team.preview().operations.values()
    team.up()
    assert team.preview().operations == {}
    assert team.outputs()["infra_commit"] == version
    (deployment,) = team.outputs()["deployments"].values()
    assert team.ask("GET", f"/deployments/{deployment['id']}")["name"]
