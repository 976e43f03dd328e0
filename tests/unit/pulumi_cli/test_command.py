import os
from pathlib import Path

import pytest

from flowstacks.core.errors import FlowstacksError
from flowstacks.pulumi_cli import command

SAYING = {"failure": "the state can't be read", "remedy": "Log in"}


def _engine(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    engine = folder / "bin" / "pulumi"
    engine.parent.mkdir()
    engine.write_text(f"#!/bin/sh\n{script}\n")
    engine.chmod(0o755)
    monkeypatch.setenv("PATH", f"{engine.parent}:{os.environ['PATH']}")


def test_it_runs_in_the_repository_and_asks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _engine(tmp_path, monkeypatch, 'if read -r line; then exit 1; fi; printf \'["%s", "%s"]\' "$PWD" "$*"')
    printed = command.json_output(tmp_path, ["stack", "ls"], **SAYING)
    assert printed == [str(tmp_path), "stack ls --non-interactive"]


def test_its_failure_is_told_with_its_own_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _engine(tmp_path, monkeypatch, "echo no such stack >&2; exit 255")
    assert command.run(tmp_path, ["stack", "export"]).returncode == 255
    with pytest.raises(FlowstacksError, match=r"^the state can't be read: no such stack\. Log in$"):
        command.json_output(tmp_path, ["stack", "export"], **SAYING)


def test_what_is_no_json_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _engine(tmp_path, monkeypatch, "echo warning")
    with pytest.raises(FlowstacksError, match="`pulumi stack export` printed no JSON"):
        command.json_output(tmp_path, ["stack", "export"], **SAYING)


def test_without_an_engine_the_remedy_is_to_have_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FlowstacksError, match=r"not on PATH.*\.local/env"):
        command.run(tmp_path, ["up"])
