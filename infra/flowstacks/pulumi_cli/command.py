"""`pulumi …` as a subprocess, in the shell's own environment: found on PATH, never asked anything."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flowstacks.core.errors import FlowstacksError

CLI = "pulumi"


def executable() -> str:
    """Path of the engine's command. Raises `FlowstacksError` where PATH has none."""
    path = shutil.which(CLI)
    if path is None:
        raise FlowstacksError(f"{CLI} is not on PATH. On the embedded default run `. .local/env` first")
    return path


def run(root: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """`pulumi` with these arguments in the repository `root`, whatever its exit code.

    Raises `FlowstacksError` where there is no `pulumi`.
    """
    return subprocess.run(
        [executable(), *arguments, "--non-interactive"],
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def json_output(root: Path, arguments: Sequence[str], *, failure: str, remedy: str) -> Any:
    """What the command prints, parsed. `failure` says what can't be done without it, `remedy` what to do then.

    Raises `FlowstacksError` where there is no `pulumi`, where it fails, or where it prints no JSON.
    """
    process = run(root, arguments)
    if process.returncode:
        raise FlowstacksError(f"{failure}: {process.stderr.strip()}. {remedy}")
    try:
        return json.loads(process.stdout)
    except ValueError as broken:
        raise FlowstacksError(f"{failure}: `pulumi {' '.join(arguments)}` printed no JSON. {remedy}") from broken
