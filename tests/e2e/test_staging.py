"""`staging` and `main` on the embedded default: from a clone, through kills and a stop, out again."""

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowstacks.local.engine import aws_plugin_script
from flowstacks.local.places import Places
from flowstacks.local.servers import registry
from tests.support import clone as clones

HAS_IMAGES = bool(registry.binary() and shutil.which("buildah"))
SERVERS = {"prefect", "aws"} | ({"registry"} if registry.binary() else set())


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Places]:
    made = clones.made(tmp_path)
    yield made
    if made.local.exists():
        assert clones.make(made, "down").returncode == 0


def _up(here: Places, stack: str) -> str:
    return clones.up(here, f"STACK={stack}")


def _is_as_it_was(here: Places, *stacks: str) -> None:
    """Also for the servers themselves: a refresh reads every object."""
    for stack in stacks:
        preview = clones.shell(here, f"pulumi preview -s {stack} --refresh --expect-no-changes --non-interactive")
        assert preview.returncode == 0, preview.stdout


def _kill(here: Places) -> None:
    servers = clones.living(here)
    assert set(servers) >= SERVERS
    for server in servers.values():
        os.kill(server.pid, signal.SIGKILL)
    while clones.living(here):
        time.sleep(0.05)


def _endpoints(here: Places) -> list[str]:
    return [line for line in here.env_file.read_text().splitlines() if "http://127.0.0.1" in line]


def _release(here: Places, stack: str) -> None:
    """Build the images of HEAD and pin them, as a user would: the printed block goes into the stack file."""
    built = clones.shell(here, f"flowstacks build {stack} --empty-base")
    assert built.returncode == 0, built.stdout
    _, start, block = built.stdout.partition("  flowstacks:release:\n")
    with (here.root / f"Pulumi.{stack}.yaml").open("a") as file:
        file.write(start + block)


def _task_definitions(here: Places, stack: str) -> dict[str, str]:
    """Family to exact revision, as the stack's output has them; each asked for at the emulator."""
    told = clones.shell(here, f"pulumi stack output -s {stack} task_definitions --json")
    script = "import boto3, sys; print(boto3.client('ecs').describe_task_definition(taskDefinition=sys.argv[1]))"
    found: dict[str, str] = json.loads(told.stdout)
    for arn in found.values():
        described = clones.shell(here, f'python -c "{script}" {arn}')
        assert "'status': 'ACTIVE'" in described.stdout, described.stdout
    return found


def test_two_environments_share_their_servers_and_outlive_them(clone: Places) -> None:
    first = _up(clone, "staging")
    assert "staging is up." in first
    assert aws_plugin_script.real(clone, os.environ) or aws_plugin_script.WHAT_IT_IS in first
    assert "flowstacks build staging" in first
    servers = clones.living(clone)
    assert set(servers) == SERVERS

    assert HAS_IMAGES or os.environ.get("CI") != "true", "CI tries images: apt-get install docker-registry buildah"
    if HAS_IMAGES:
        _release(clone, "staging")
        assert "no deployments" not in _up(clone, "staging")
    revisions = _task_definitions(clone, "staging")
    assert bool(revisions) == HAS_IMAGES

    assert "main is up." in _up(clone, "main")
    assert clones.living(clone) == servers
    endpoints = _endpoints(clone)
    assert len(endpoints) == len(SERVERS)
    _is_as_it_was(clone, "staging", "main")

    clones.up(clone)
    assert set(clones.living(clone)) == SERVERS | {"worker-dev"}
    assert _endpoints(clone) == endpoints

    _kill(clone)
    assert "created" not in _up(clone, "staging")
    assert _endpoints(clone) == endpoints
    _is_as_it_was(clone, "staging", "main")
    assert _task_definitions(clone, "staging") == revisions

    assert clones.make(clone, "down").returncode == 0
    assert clones.living(clone) == {}
    _up(clone, "staging")
    assert _endpoints(clone) == endpoints
    _is_as_it_was(clone, "staging")

    destroyed = clones.shell(clone, "pulumi destroy -s staging --yes --skip-preview --non-interactive")
    assert destroyed.returncode == 0, destroyed.stdout
    _is_as_it_was(clone, "main", "dev")
    clones.run(clone, ["git", "checkout", "-q", "Pulumi.staging.yaml"])
    assert clones.changed_files(clone) == ""
