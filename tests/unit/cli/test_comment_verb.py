import json
import subprocess
from pathlib import Path

import pytest

from flowstacks.cli import entry

FLOW = "from prefect import flow\n@flow\ndef load(days: int = 1): ...\n"
SPEC = 'FLOW_SPEC = {{"flow": load, "name": "nightly", "cron": "{cron}"}}\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`dev` is one commit ahead of `test`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    (tmp_path / "flows/etl").mkdir(parents=True)
    (tmp_path / "Pulumi.yaml").write_text("name: flowstacks\nruntime: python\n")
    git("init", "-q", "-b", "main")
    for cron, stack in (("0 4 * * *", "test"), ("0 5 * * *", "dev")):
        (tmp_path / "flows/etl/load.py").write_text(FLOW + SPEC.format(cron=cron))
        git("add", "-A")
        git("commit", "-qm", stack)
        release = f"{{commit: {git('rev-parse', 'HEAD')}}}"
        active = "  flowstacks:schedule_policy: active\n"
        text = f"config:\n  flowstacks:runtime: process\n{active}  flowstacks:release: {release}\n"
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(text)
    return tmp_path


def git(*arguments: str) -> str:
    who = ["-c", "user.name=t", "-c", "user.email=t@t.test"]
    return subprocess.run(["git", *who, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def test_a_difference_of_two_stacks_is_told_as_a_preview_is(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(["diff", "dev", "test", "--json"]) == 0
    (root / "diff.json").write_text(capsys.readouterr().out)
    assert entry.main(["comment", "--diff", "test=diff.json"]) == 0
    told = capsys.readouterr().out
    before, after = git("rev-parse", "HEAD~1")[:12], git("rev-parse", "HEAD")[:12]
    assert f"**`test`**: 1 updated, 0 unchanged. Release `{before}` → `{after}` from `dev`" in told
    assert "schedules changed (1): `etl/load/nightly` (`schedule schedule-1 cron 0 4 * * * -> 0 5 * * *`)" in told
    assert "scheduled runs deleted and planned again, since Prefect does so at every update (1)" in told
    assert f"  - `commit {before} -> {after}`" in told


@pytest.mark.parametrize("said", ["test", "test=nowhere.json"])
def test_what_names_no_file_is_refused(root: Path, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert root
    assert entry.main(["comment", "--preview", said]) == 1
    assert "STACK=FILE" in capsys.readouterr().err


def test_another_file_is_no_difference(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "diff.json").write_text(json.dumps({"steps": []}))
    assert entry.main(["comment", "--diff", "test=diff.json"]) == 1
    assert "flowstacks diff SRC DST --json" in capsys.readouterr().err


def test_what_a_stack_had_is_read_from_the_base_branch(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("add", "-A")
    git("commit", "-qm", "pinned")
    before, after = git("rev-parse", "HEAD~2"), git("rev-parse", "HEAD")
    release = json.dumps({"commit": after, "from": "dev", "images": {}})
    (root / "preview.json").write_text(json.dumps({"steps": [], "config": {"flowstacks:release": release}}))
    arguments = ["comment", "--since", "HEAD", "--without-credentials", "--preview", "test=preview.json"]
    assert entry.main(arguments) == 0
    assert f"**`test`**: 0 unchanged. Release `{before[:12]}` → `{after[:12]}` from `dev`" in capsys.readouterr().out
    assert entry.main([*arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["stacks"][0]
    assert told["release_before"] == {"commit": before, "from": None, "images": {}}
    assert told["release"] == {"commit": after, "from": "dev", "images": {}}
