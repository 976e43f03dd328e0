"""Commands that write the engine's salt into the stack file it reads: the committed file stays as it is."""

import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest

from flowstacks.local import env_file, places, variables
from flowstacks.local.engine import setup
from flowstacks.local.places import Places
from flowstacks.local.servers import identity
from flowstacks.local.state import checkpoint, stack_copy, stacks
from tests.support.workspace import ROOT

PROGRAM = """\
import pulumi
config = pulumi.Config()
pulumi.export("runtime", config.require("runtime"))
pulumi.export("hidden", pulumi.Output.secret("x"))
pulumi.log.info(f"runs {config.require('runtime')}, schedules {config.get('schedule_policy')}")
pulumi.export("key", (config.get_object("prefect") or {}).get("api_key"))
"""
PLAIN = "config:\n  flowstacks:runtime: process   # two spaces and more stay\n"
SALTED = (
    "encryptionsalt: v1:8i53toQKaNQ=:v1:7Hzk8ZyEUXhcTt3D:vAHGEzTwHQb+g5ssLvyKVHeFDbIFAw==\n"
    + PLAIN
    + "  flowstacks:prefect: {api_url: 'https://prefect.example/api', api_key: {secure: 'v1:AAAA:BBBB'}}\n"
)
KEYED = "secretsprovider: awskms://alias/production?region=eu-north-1\nencryptedkey: QUJD\n" + PLAIN
COMMANDS = (
    "preview --diff",
    "up --yes --skip-preview",
    "refresh --yes",
    "config",
    "config --show-secrets",
    "config get flowstacks:runtime",
    "stack history --show-secrets",
    "stack output --show-secrets",
    "destroy --yes",
    "stack rm --yes",
)


@pytest.fixture
def here(tmp_path: Path) -> Places:
    root = tmp_path / "a b"
    root.mkdir()
    (root / ".venv").symlink_to(ROOT / ".venv")
    (root / "Pulumi.yaml").write_text("name: flowstacks\nruntime: python\n")
    (root / "__main__.py").write_text(PROGRAM)
    found = places.at(root)
    setup.ensure(found)
    return found


def _values(here: Places) -> dict[str, str]:
    url = "http://127.0.0.1:9/api"  # no server is needed: the program speaks to none
    values = variables.shell(here, os.environ, api_url=url, passphrase=env_file.passphrase(here))
    env_file.write(here, values)
    return values


def _pulumi(here: Places, arguments: str) -> subprocess.CompletedProcess[str]:
    script = f". {shlex.quote(str(here.env_file))}; pulumi {arguments}"
    return subprocess.run(
        ["/bin/sh", "-ec", script],
        cwd=here.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("content", [PLAIN, SALTED, KEYED], ids=["plain", "salted", "keyed"])
def test_every_command_works_and_leaves_the_file_as_it_is(here: Places, content: str) -> None:
    stack_file = here.root / "Pulumi.dev.yaml"
    stack_file.write_text(content)
    assert stacks.init(here, "dev", _values(here))
    for command in COMMANDS:
        done = _pulumi(here, f"{command} -s dev")
        assert done.returncode == 0, done.stdout
        assert stack_file.read_text() == content, command


def test_a_secret_of_production_is_a_placeholder_in_the_copy(here: Places) -> None:
    (here.root / "Pulumi.dev.yaml").write_text(SALTED)
    stacks.init(here, "dev", _values(here))
    done = _pulumi(here, "up --yes --skip-preview -s dev")
    assert done.returncode == 0, done.stdout
    assert _pulumi(here, "config get --path flowstacks:prefect.api_key -s dev").stdout.strip() == stack_copy.PLACEHOLDER
    assert stack_copy.PLACEHOLDER not in stack_copy.path(here.stacks, "dev").read_text()


def test_an_edit_reaches_the_committed_file_and_the_next_up(here: Places) -> None:
    stack_file = here.root / "Pulumi.dev.yaml"
    stack_file.write_text(SALTED)
    stacks.init(here, "dev", _values(here))
    assert _pulumi(here, "config set flowstacks:runtime other -s dev").returncode == 0
    assert "flowstacks:runtime: other" in stack_file.read_text()
    assert "secure: v1:AAAA:BBBB" in stack_file.read_text().replace("'", "")
    assert _pulumi(here, "up --yes --skip-preview -s dev").returncode == 0
    assert _pulumi(here, "stack output runtime -s dev").stdout.strip() == "other"


@pytest.mark.parametrize("content", [PLAIN, SALTED], ids=["plain", "salted"])
def test_a_value_of_one_command_is_forgotten_by_the_next(here: Places, content: str) -> None:
    (here.root / "Pulumi.dev.yaml").write_text(content)
    stacks.init(here, "dev", _values(here))
    assert _pulumi(here, "up --yes --skip-preview -s dev").returncode == 0
    what_if = _pulumi(here, "preview -c flowstacks:schedule_policy=active -s dev")
    assert what_if.returncode == 0, what_if.stdout
    assert "schedules active" in what_if.stdout
    plain = _pulumi(here, "preview --expect-no-changes -s dev")
    assert plain.returncode == 0, plain.stdout
    assert "schedules None" in plain.stdout
    up = _pulumi(here, "up --yes --skip-preview -c flowstacks:schedule_policy=active -s dev")
    assert up.returncode == 0, up.stdout
    assert "schedule_policy" not in _pulumi(here, "config -s dev").stdout


def test_a_file_that_is_named_is_read_and_left_alone(here: Places, tmp_path: Path) -> None:
    (here.root / "Pulumi.dev.yaml").write_text(SALTED)
    other = tmp_path / "other.yaml"
    other.write_text(SALTED.replace("runtime: process", "runtime: named"))
    before = other.read_bytes()
    stacks.init(here, "dev", _values(here))
    preview = _pulumi(here, f"preview -s dev --config-file {shlex.quote(str(other))}")
    assert preview.returncode == 0, preview.stdout
    assert "runs named" in preview.stdout
    assert other.read_bytes() == before
    assert "runs process" in _pulumi(here, "preview -s dev").stdout
    absent = _pulumi(here, "preview -s dev --config-file absent.yaml")
    assert absent.returncode == 1
    assert "there is no such file" in absent.stdout


def test_a_secret_is_not_encrypted_with_the_local_passphrase(here: Places) -> None:
    stack_file = here.root / "Pulumi.dev.yaml"
    stack_file.write_text(PLAIN)
    stacks.init(here, "dev", _values(here))
    refused = _pulumi(here, "config set --secret flowstacks:token t -s dev")
    assert refused.returncode == 1
    assert refused.stdout.count("\n") == 1
    assert stack_file.read_text() == PLAIN


def test_the_lock_of_a_killed_engine_is_taken(here: Places) -> None:
    (here.root / "Pulumi.dev.yaml").write_text(PLAIN)
    values = _values(here)
    stacks.init(here, "dev", values)
    started = here.root / "started"
    waits = f"import pathlib, time\npathlib.Path({str(started)!r}).touch()\ntime.sleep(600)\n"
    (here.root / "__main__.py").write_text(waits)
    with subprocess.Popen(
        [here.bin / "pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "-s", "dev"],
        cwd=here.root,
        env={**variables.applied(here, os.environ, values), "STARTED_IN": str(here.root)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as killed:
        deadline = time.monotonic() + 60
        while not started.exists() and killed.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert started.exists()
        # The language host and the program are in groups of their own and would outlive the engine.
        for pid in identity.marked(f"STARTED_IN={here.root}"):
            os.kill(pid, signal.SIGKILL)
    (here.root / "__main__.py").write_text(PROGRAM)
    assert "currently locked" in _pulumi(here, "up --yes --skip-preview -s dev").stdout
    stacks.unlock(here, "dev", values)
    done = _pulumi(here, "up --yes --skip-preview -s dev")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("is_predecessor_whole", [False, True])
def test_a_stack_with_a_truncated_state_comes_up_again_secrets_included(
    here: Places, is_predecessor_whole: bool
) -> None:
    (here.root / "Pulumi.dev.yaml").write_text(SALTED)
    values = _values(here)
    stacks.init(here, "dev", values)
    assert _pulumi(here, "up --yes --skip-preview -s dev").returncode == 0
    file = checkpoint.path(here, "dev")
    for path in (file,) if is_predecessor_whole else (file, file.with_name(f"{file.name}.bak")):
        path.write_bytes(path.read_bytes()[:50])
    assert _pulumi(here, "up --yes --skip-preview -s dev").returncode
    stacks.repair(here, "dev")
    assert stacks.init(here, "dev", values) is not is_predecessor_whole
    shown = _pulumi(here, "up --yes --skip-preview -s dev")
    assert shown.returncode == 0, shown.stdout
    assert file.stat().st_mode & 0o777 == 0o600
