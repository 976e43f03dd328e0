import socket
import subprocess
from pathlib import Path

import pytest

from flowstacks.cli import entry
from tests.support import flows

_STACK_FILE = "config:\n  flowstacks:runtime: process\n  flowstacks:release: {commit: worktree}\n"


def test_the_server_of_the_embedded_default_is_asked_also_from_a_shell_outside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as nobody:  # bound and not listening: refused at once
        nobody.bind(("127.0.0.1", 0))
        api = f"http://127.0.0.1:{nobody.getsockname()[1]}/api"
        for path, text in {
            "Pulumi.yaml": "name: flowstacks\nruntime: python\n",
            "Pulumi.dev.yaml": _STACK_FILE,
            ".local/env": f"export PREFECT_API_URL={api}\n",
            "flows/greet/hello.py": flows.BARE,
        }.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
        who = ["-c", "user.name=T", "-c", "user.email=t@flows.test"]
        for command in (["init", "-q"], [*who, "commit", "-qm", "x", "--allow-empty"]):
            subprocess.run(["git", *command], cwd=tmp_path, check=True)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("PREFECT_API_URL", "")
        assert entry.main(["run", "greet/hello"]) == 1
    told = capsys.readouterr().err
    assert api in told
    assert "the server is up" in told
