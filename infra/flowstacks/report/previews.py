"""`pulumi preview` of stacks, in the shell's own environment, and what each of them had before."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from flowstacks.core import naming
from flowstacks.core.errors import FlowstacksError
from flowstacks.report import release
from flowstacks.report.comment import Section
from flowstacks.report.preview import Preview


def sections(root: Path, stacks: Sequence[str], base: str, follows: str | None) -> list[Section]:
    """One after the other; a preview that fails is told in its section. `follows` is pinned to HEAD first."""
    return [_section(root, stack, base, follows=stack == follows) for stack in stacks]


def _section(root: Path, stack: str, base: str, *, follows: bool) -> Section:
    before = None if follows else release.at(root, base, stack)
    # Its file is edited as a deployment of the trunk does it, and put back: the checkout stays as it was.
    file = root / naming.stack_file(stack)
    written = file.read_bytes()
    try:
        refused = _pinned(root, stack) if follows else ""
        return Section(stack=stack, before=before, preview=Preview.parse(refused or _previewed(root, stack)))
    finally:
        if file.read_bytes() != written:
            file.write_bytes(written)


def _pinned(root: Path, stack: str) -> str:
    """Nothing, or why it can't be."""
    command = [sys.executable, "-m", "flowstacks", "pin", stack, "HEAD"]
    done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return "" if done.returncode == 0 else done.stderr or done.stdout


def _previewed(root: Path, stack: str) -> str:
    command = ["pulumi", "preview", "--json", "--non-interactive", "-s", stack]
    try:
        done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise FlowstacksError("pulumi is not on PATH. On the embedded default run `. .local/env` first") from None
    return done.stdout if done.returncode == 0 else f"{done.stdout}\n{done.stderr}"
