import argparse
import subprocess
from pathlib import Path

import pytest

from flowstacks.cli.verbs import new
from flowstacks.core.errors import FlowstacksError
from flowstacks.discovery import discovery


def _write(name: str) -> int:
    return new.execute(argparse.Namespace(name=name))


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _commit_nothing(repository: Path) -> None:
    who = ["-c", "user.name=T", "-c", "user.email=t@flows.test"]
    for command in (["init", "-q"], [*who, "commit", "-qm", "x", "--allow-empty"]):
        subprocess.run(["git", *command], cwd=repository, check=True)


def test_a_new_flow_deploys_with_its_defaults(repository: Path) -> None:
    _commit_nothing(repository)
    assert _write("sales/daily-load") == 0
    manifest, problems = discovery.discover(repository, "worktree", None)
    assert problems == []
    assert [deployment.address for flow in manifest.flows for deployment in flow.deployments] == [
        "sales/daily-load/default"
    ]


def test_nothing_that_exists_is_touched(repository: Path) -> None:
    _write("sales/a")
    settings = repository / "flows" / "sales" / "pyproject.toml"
    settings.write_text("[project]\nname = 'kept'\n")
    _write("sales/b")
    assert "kept" in settings.read_text()
    with pytest.raises(FlowstacksError, match="exists"):
        _write("sales/a")


@pytest.mark.parametrize("name", ["sales", "/x", "sales/", "../x/y", "sales/1x", "sales/class", "a b/c"])
def test_a_bad_name_is_refused(repository: Path, name: str) -> None:
    with pytest.raises(FlowstacksError, match="PROJECT/FLOW"):
        _write(name)
    assert not (repository / "flows").exists()
