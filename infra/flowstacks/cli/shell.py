"""The embedded default's shell for a command that was started outside it."""

import os
import subprocess
from pathlib import Path

from flowstacks.core.errors import FlowstacksError

ENV_FILE = Path(".local") / "env"


def enter(root: Path) -> None:
    """Take over what `. .local/env` sets, where that file exists and this process has no Prefect API of its own."""
    if os.environ.get("PREFECT_API_URL") or not (root / ENV_FILE).exists():
        return
    script = f". ./{ENV_FILE} && env -0"
    shown = subprocess.run(["sh", "-c", script], cwd=root, check=False, capture_output=True, text=True)
    if shown.returncode:
        raise FlowstacksError(f"{ENV_FILE} can't be read: {shown.stderr.strip()}. Run `make up`, which writes it anew")
    for line in shown.stdout.split("\0"):
        name, equals, value = line.partition("=")
        if equals:
            os.environ[name] = value
