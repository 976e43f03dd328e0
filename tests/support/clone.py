"""A fresh clone of this repository, as a new user's shell sees it."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from flowstacks.local import places, variables
from flowstacks.local.places import Places
from flowstacks.local.servers import identity, record
from flowstacks.local.servers.record import Record
from tests.support.workspace import ROOT

_TIMEOUT_S = 900
_ELSEWHERE = {
    "PREFECT_API_URL": "https://prefect.example/api",
    "AWS_PROFILE": "production",
    "PULUMI_BACKEND_URL": "s3://state",
}


def made(folder: Path) -> Places:
    """Cloned into a folder whose name needs quoting."""
    root = folder / "a team's own clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(root)], check=True)
    return places.at(root)


def make(here: Places, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(here, ["make", *arguments])


def shell(here: Places, script: str) -> subprocess.CompletedProcess[str]:
    """The script after `. .local/env`."""
    return run(here, ["/bin/sh", "-ec", f". {shlex.quote(str(here.env_file))}; {script}"])


def run(here: Places, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Both streams in `stdout`."""
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


def up(here: Places, *arguments: str) -> str:
    """What `make up` printed; no file of the checkout may have changed."""
    before = changed_files(here)
    done = make(here, "up", *arguments)
    assert done.returncode == 0, done.stdout
    assert changed_files(here) == before
    return done.stdout


def changed_files(here: Places) -> str:
    return run(here, ["git", "status", "--porcelain"]).stdout


def living(here: Places) -> dict[str, Record]:
    """Servers that run, by name."""
    return {known.name: known for known in record.load_all(here.records) if identity.lives(known.identity)}


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
