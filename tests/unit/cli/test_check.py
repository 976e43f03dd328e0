import json
import subprocess
from pathlib import Path

import pytest

from flowstacks.cli import entry

FLOW = "from prefect import flow\n@flow\ndef load(days: int = 1): ...\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing listens at the API's address: a check that asked anybody would fail."""
    (tmp_path / "flows/etl").mkdir(parents=True)
    (tmp_path / "flows/etl/load.py").write_text(FLOW)
    (tmp_path / "Pulumi.yaml").write_text("name: flowstacks\nruntime: python\n")
    for stack in ("dev", "test"):
        text = "config:\n  flowstacks:runtime: process\n  flowstacks:release: {commit: HEAD}\n"
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(text)
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "start"]):
        who = ["-c", "user.name=t", "-c", "user.email=t@t.test"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    return tmp_path


def test_every_stack_is_checked_without_asking_anybody(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(["check", "--all"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "dev: 1 deployments, nothing to mend",
        "test: 1 deployments, nothing to mend",
    ]
    wrong = '  flowstacks:overrides: {"etl/load": {parameters: {dayz: 2}}}\n'
    with (root / "Pulumi.test.yaml").open("a") as file:
        file.write(wrong)
    assert entry.main(["check", "--all"]) == 1
    told = capsys.readouterr().out
    assert "dev: 1 deployments, nothing to mend" in told
    assert "Pulumi.test.yaml:4: error: " in told
    assert entry.main(["check", "-s", "dev"]) == 0


def test_machines_read_it_too(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "Pulumi.test.yaml").write_text("config:\n  flowstacks:runtime: process\n  flowstacks:relase: {}\n")
    assert entry.main(["check", "--all", "--json"]) == 1
    dev, test = json.loads(capsys.readouterr().out)
    assert (dev["stack"], dev["problems"]) == ("dev", [])
    assert [(one["file"], one["line"], one["code"]) for one in test["problems"]] == [
        ("Pulumi.test.yaml", 3, "unknown-config-key"),
        ("Pulumi.test.yaml", 3, "not-checked"),  # an override could not be compared without the release
    ]
    assert entry.main(["check", "-s", "test", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == test
