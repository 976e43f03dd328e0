"""An AWS emulator (moto) on loopback whose content outlives it: see `aws_emulator` for how."""

import contextlib
import os
import sys
from pathlib import Path

from flowstacks.local import variables
from flowstacks.local.servers import aws_emulator, health, port, server
from flowstacks.local.servers.server import LocalServer

NAME = "aws"
_START_TIMEOUT_S = 120.0  # all requests since `make clean` are played back first: some 3 ms each


def url(number: int) -> str:
    """The one endpoint of all services."""
    return f"http://{port.HOST}:{number}"


def running(folder: Path) -> contextlib.AbstractContextManager[str]:
    """An emulator for the length of a block that yields its URL, with what `folder` remembers.

    Raises `LocalError` where it does not start.
    """
    return server.running(described(folder, folder / "server.log"))


def described(folder: Path, log: Path) -> LocalServer:
    """`folder` holds the journal."""
    journal = str(folder / "journal.jsonl")
    # Else the emulator has none of AWS's own policies, and no role can be given one (moto 5.2.5, `settings.py`).
    environment = {**variables.without_inherited(os.environ), "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
    return LocalServer(
        name=NAME,
        title="AWS emulator",
        usual_port=4566,  # where users of other AWS emulators look first
        start_timeout_s=_START_TIMEOUT_S,
        folder=folder,
        log=log,
        command=lambda number: [
            sys.executable, "-P", "-m", "flowstacks.local.servers.aws_emulator", str(number), journal,
        ],
        environment=lambda _: environment,
        url=url,
        answers=lambda number: health.body(f"{url(number)}{aws_emulator.READY}") == journal,
    )  # fmt: skip
