import json
import subprocess
from pathlib import Path

import pytest

from flowstacks.cli import entry

FLOW = "from prefect import flow\n@flow\ndef load(): ...\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {
        "Pulumi.yaml": "name: flowstacks\nruntime: python\n",
        "Pulumi.dev.yaml": "config:\n  flowstacks:runtime: process\n  flowstacks:release: {commit: HEAD}\n",
        "Pulumi.staging.yaml": "config:\n  flowstacks:runtime: ecs\n"
        f"  flowstacks:release: {{commit: {'a' * 40}, from: dev}}\n",
        "Pulumi.main.yaml": "config:\n  flowstacks:runtime: ecs\n",
        "flows/etl/load.py": FLOW,
        "infra/program.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@t.test"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-qm", "edit")


def names(capsys: pytest.CaptureFixture[str], *more: str) -> list[str]:
    assert entry.main(["status", "--changed-since", "HEAD", "--names", *more]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("README.md", "x", []),
        ("Pulumi.staging.yaml", "config: {}\n", ["staging"]),
        ("Pulumi.new.yaml", "config: {}\n", ["new"]),
        ("flows/etl/load.py", FLOW + "# x\n", ["dev"]),
        ("flows/etl/new.sql", "select 1", ["dev"]),
        ("flows/other/load.py", FLOW, ["dev"]),
        ("infra/program.py", "x = 1\n", ["dev", "main", "staging"]),
        ("Pulumi.yaml", "name: flowstacks\nruntime: python\ndescription: x\n", ["dev", "main", "staging"]),
        ("uv.lock", "version = 1\n", ["dev", "main", "staging"]),
        ("infrastructure.md", "x", []),
    ],
)
def test_which_stacks_an_edit_can_change(
    root: Path, file: str, text: str, expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text)
    assert names(capsys) == expected
    commit(root)
    assert entry.main(["status", "--changed-since", "HEAD~1", "--names"]) == 0
    assert json.loads(capsys.readouterr().out) == expected


def test_a_stack_that_follows_the_trunk_changes_with_the_flows(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "flows/etl/load.py").write_text("# all gone\n")
    assert names(capsys, "--follows", "main") == ["dev", "main"]
    assert names(capsys, "--but", "dev") == []
    assert names(capsys, "--because", "infra", "--because", "stack-file") == []


def test_without_a_ref_every_stack_is_listed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(["status", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["since"] is None
    assert [(one["stack"], one["runtime"], one["pin"], one["from"]) for one in told["stacks"]] == [
        ("dev", "process", "HEAD", None),
        ("main", "ecs", None, None),
        ("staging", "ecs", "a" * 40, "dev"),
    ]
    (root / "infra/program.py").write_text("x = 2\n")
    assert entry.main(["status", "--changed-since", "HEAD"]) == 0
    assert "staging  ecs  aaaaaaaaaaaa from dev  changed: infra" in capsys.readouterr().out


def test_a_broken_stack_file_has_its_line(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "Pulumi.main.yaml").write_text("config:\n  a: b: c\n")
    assert entry.main(["status"]) == 1
    assert "Pulumi.main.yaml:2" in capsys.readouterr().err
