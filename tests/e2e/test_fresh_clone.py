"""The first minutes of a new user: a clone, `make up`, and out again."""

import json
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infra.local import places, variables
from infra.local.places import Places
from infra.local.servers import identity, record
from infra.local.servers.record import Record
from tests.support.workspace import ROOT

_TIMEOUT_S = 900
_ELSEWHERE = {
    "PREFECT_API_URL": "https://prefect.example/api",
    "AWS_PROFILE": "production",
    "PULUMI_BACKEND_URL": "s3://state",
}


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Places]:
    folder = tmp_path / "a team's own clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    here = places.at(folder)
    yield here
    if (folder / ".local").exists():
        assert _make(here, "down").returncode == 0


def _environment(here: Places) -> dict[str, str]:
    """A shell that knows uv but nothing of this checkout, and points at production."""
    tools = here.root.parent / "tools"
    tools.mkdir(exist_ok=True)
    uv = shutil.which("uv")
    if uv and not (tools / "uv").exists():
        (tools / "uv").symlink_to(uv)
    kept = [entry for entry in os.environ["PATH"].split(":") if not entry.startswith(str(ROOT))]
    environment = variables.without_inherited(os.environ) | _ELSEWHERE
    for name in ("VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):  # the last three: from `make test` around us
        environment.pop(name, None)
    return {**environment, "PATH": ":".join([str(tools), *kept])}


def _make(here: Places, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _run(here, ["make", *arguments])


def _shell(here: Places, script: str) -> subprocess.CompletedProcess[str]:
    return _run(here, ["/bin/sh", "-ec", f". {shlex.quote(str(here.env_file))}; {script}"])


def _run(here: Places, command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=here.root,
        env=_environment(here),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )


def _up(here: Places) -> str:
    done = _make(here, "up")
    assert done.returncode == 0, done.stdout
    assert _changed_files(here) == ""
    return done.stdout


def _changed_files(here: Places) -> str:
    return _run(here, ["git", "status", "--porcelain"]).stdout


def _living(here: Places) -> dict[str, Record]:
    return {known.name: known for known in record.load_all(here.records) if identity.lives(known.identity)}


def _left_on_the_server(server: Record) -> list[str]:
    """Names of everything that we might have made; flows stay on purpose, they carry the run history."""
    api = f"http://127.0.0.1:{server.port}/api"
    kinds = ("deployments", "work_pools", "variables")
    return [one["name"] for kind in kinds for one in httpx.post(f"{api}/{kind}/filter", json={}, timeout=60).json()]


def test_up_twice_killed_down_and_clean(clone: Places) -> None:
    first = _up(clone)
    assert "dev is up." in first
    servers = _living(clone)
    assert set(servers) == {"prefect", "worker-dev"}

    second = _up(clone)
    assert "(was running)" in second
    assert "unchanged" in second
    assert not {"+ ", "~ "} & {line.strip()[:2] for line in second.splitlines()}
    assert _living(clone) == servers

    for server in servers.values():
        os.kill(server.pid, signal.SIGKILL)
    _up(clone)
    again = _living(clone)
    assert set(again) == set(servers)
    assert again["prefect"].port == servers["prefect"].port
    assert not {server.pid for server in again.values()} & {server.pid for server in servers.values()}

    preview = _shell(clone, "pulumi preview -s dev --expect-no-changes --non-interactive")
    assert preview.returncode == 0, preview.stdout
    outputs = _shell(clone, "pulumi stack output -s dev --json")
    assert json.loads(outputs.stdout)["deployments"]
    assert _changed_files(clone) == ""

    flow = clone.root / "flows" / "orders" / "sales_report.py"
    committed = flow.read_text()
    flow.write_text(committed.replace('"days": 1}', '"days": 3}'))
    uncommitted = _make(clone, "up", "COMMIT=worktree")
    assert "~ 2 updated" in uncommitted.stdout, uncommitted.stdout
    flow.write_text(committed)

    _shell(clone, 'pulumi config set -s dev --path flowstacks:release.commit "$(git rev-parse HEAD~1)"')
    assert "1 commit behind HEAD" in _make(clone, "up").stdout
    assert _run(clone, ["git", "checkout", "-q", "Pulumi.dev.yaml"]).returncode == 0

    destroyed = _shell(clone, "pulumi destroy -s dev --yes --skip-preview --non-interactive")
    assert destroyed.returncode == 0, destroyed.stdout
    assert _left_on_the_server(again["prefect"]) == []

    assert _make(clone, "down").returncode == 0
    assert _living(clone) == {}
    assert clone.state.exists()
    assert _make(clone, "clean").returncode == 0
    assert not clone.local.exists()
    assert _changed_files(clone) == ""


def test_a_stack_that_cannot_come_up_is_refused_in_one_line(clone: Places) -> None:
    refused = _make(clone, "up", "STACK=staging")
    assert refused.returncode != 0
    (told,) = [line for line in refused.stdout.splitlines() if line.startswith("error")]
    assert "STACK=dev" in told
    assert _living(clone) == {}
