"""The first minutes of a new user: a clone, `make up`, and out again."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flowstacks.local.places import Places
from flowstacks.local.servers.record import Record
from tests.support import clone as clones


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Places]:
    made = clones.made(tmp_path)
    yield made
    if made.local.exists():
        assert clones.make(made, "down").returncode == 0


def _left_on_the_server(server: Record) -> list[str]:
    """Names of everything that we might have made; flows stay on purpose, they carry the run history."""
    api = f"http://127.0.0.1:{server.port}/api"
    kinds = ("deployments", "work_pools", "variables")
    return [one["name"] for kind in kinds for one in httpx.post(f"{api}/{kind}/filter", json={}, timeout=60).json()]


def test_up_twice_killed_down_and_clean(clone: Places) -> None:
    first = clones.up(clone)
    assert "dev is up." in first
    servers = clones.living(clone)
    assert set(servers) == {"prefect", "worker-dev"}

    second = clones.up(clone)
    assert "(was running)" in second
    assert "unchanged" in second
    assert not {"+ ", "~ "} & {line.strip()[:2] for line in second.splitlines()}
    assert clones.living(clone) == servers

    for server in servers.values():
        os.kill(server.pid, signal.SIGKILL)
    clones.up(clone)
    again = clones.living(clone)
    assert set(again) == set(servers)
    assert again["prefect"].port == servers["prefect"].port
    assert not {server.pid for server in again.values()} & {server.pid for server in servers.values()}

    preview = clones.shell(clone, "pulumi preview -s dev --expect-no-changes --non-interactive")
    assert preview.returncode == 0, preview.stdout
    outputs = clones.shell(clone, "pulumi stack output -s dev --json")
    assert json.loads(outputs.stdout)["deployments"]
    assert clones.changed_files(clone) == ""

    flow = clone.root / "flows" / "orders" / "sales_report.py"
    committed = flow.read_text()
    flow.write_text(committed.replace('"days": 1}', '"days": 3}'))
    uncommitted = clones.make(clone, "up", "COMMIT=worktree")
    assert "~ 2 updated" in uncommitted.stdout, uncommitted.stdout
    flow.write_text(committed)

    clones.shell(clone, 'pulumi config set -s dev --path flowstacks:release.commit "$(git rev-parse HEAD~1)"')
    assert "1 commit behind HEAD" in clones.make(clone, "up").stdout
    assert clones.run(clone, ["git", "checkout", "-q", "Pulumi.dev.yaml"]).returncode == 0

    destroyed = clones.shell(clone, "pulumi destroy -s dev --yes --skip-preview --non-interactive")
    assert destroyed.returncode == 0, destroyed.stdout
    assert _left_on_the_server(again["prefect"]) == []

    assert clones.make(clone, "down").returncode == 0
    assert clones.living(clone) == {}
    assert clone.state.exists()
    assert clones.make(clone, "clean").returncode == 0
    assert not clone.local.exists()
    assert clones.changed_files(clone) == ""


def test_a_stack_that_cannot_come_up_is_refused_in_one_line(clone: Places) -> None:
    refused = clones.make(clone, "up", "STACK=elsewhere")
    assert refused.returncode != 0
    (told,) = [line for line in refused.stdout.splitlines() if line.startswith("error")]
    assert "STACK={dev, main, staging}" in told
    assert clones.living(clone) == {}
