"""`pulumi preview` of stacks, in the shell's own environment, and the release that each of them had before.

The engine reads a copy of the stack file: it may write into the file it reads, and a pin may be tried that the user's
file does not have. So the checkout stays as it is, whenever this is interrupted.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from flowstacks.core.errors import FlowstacksError
from flowstacks.pins import pins
from flowstacks.promotion import commit_pin
from flowstacks.pulumi_cli import command
from flowstacks.report import release
from flowstacks.report.comment import Section
from flowstacks.report.preview import Preview

_TRUNK = "HEAD"


def sections(root: Path, project: str, stacks: Sequence[str], base: str, follows: str | None) -> list[Section]:
    """One after the other; a preview that fails is reported in its section. `follows` is previewed at HEAD's commit.

    `project`: the name in `Pulumi.yaml`. Raises `FlowstacksError` where there is no `pulumi`.
    """
    command.executable()
    return [_section(root, project, stack, base, follows=stack == follows) for stack in stacks]


def _section(root: Path, project: str, stack: str, base: str, *, follows: bool) -> Section:
    before = None if follows else release.at(root, base, stack)
    try:
        text = _pinned_text(root, project, stack) if follows else pins.read(root, stack)
    except FlowstacksError as refused:
        return Section(stack=stack, before=before, preview=Preview.parse(str(refused)))
    return Section(stack=stack, before=before, preview=Preview.parse(_preview_output(root, stack, text)))


def _pinned_text(root: Path, project: str, stack: str) -> str:
    """The stack file with the pin that a deployment of the trunk would write."""
    pins.refuse_variable()
    return commit_pin.prepare(root, project, stack, _TRUNK, None).edit.after


def _preview_output(root: Path, stack: str, text: str) -> str:
    """What `pulumi preview --json` prints with `text` as the stack's file; followed by stderr where it fails."""
    with tempfile.TemporaryDirectory(prefix="flowstacks-preview-") as folder:
        copy = Path(folder) / pins.name(stack)
        copy.write_bytes(text.encode())
        process = command.run(root, ["preview", "--json", "-s", stack, "--config-file", str(copy)])
    return process.stdout if process.returncode == 0 else f"{process.stdout}\n{process.stderr}"
