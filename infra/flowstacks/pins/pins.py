"""A stack file on disk: read, edited, and replaced as a whole, so that an interruption leaves one of the two."""

import contextlib
import dataclasses
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any, cast

from flowstacks.core import naming, problem, suggestion
from flowstacks.core.errors import FlowstacksError, RejectedError
from flowstacks.core.problem import Place
from flowstacks.pins import stack_text
from flowstacks.pins.pin import Pinned
from flowstacks.pins.yaml_tree import TextError
from flowstacks.stack.release import COMMIT
from flowstacks.stack.stack_file import PROJECT_FILE, StackFile

_LEFT_OVER = ".new"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Edit:
    """What an edit makes of a stack file; nothing is written yet."""

    root: Path
    stack: str
    before: str
    """The file's text."""
    after: str
    values: Mapping[str, Any]
    """The stack's config after the edit, as `evaluation.run` takes it."""

    @property
    def file(self) -> str:
        """Name of the stack file."""
        return name(self.stack)


def name(stack: str) -> str:
    """Name of the environment's file."""
    return naming.stack_file(stack)


def stacks(root: Path) -> list[str]:
    """Environments that have a stack file."""
    return sorted(filter(None, (naming.stack_of_file(path.name) for path in root.iterdir())))


def read(root: Path, stack: str) -> str:
    """The text, with its own line ends.

    Raises `FlowstacksError` for an unknown environment, `RejectedError` with file and line for a broken file.
    """
    known = stacks(root)
    if stack not in known:
        missing = f"There is no {name(stack)} in {root}"
        raise FlowstacksError(
            f"{missing}. {suggestion.closest(stack, known)}; `pulumi stack init` makes a new environment"
        )
    StackFile(root, stack)
    try:
        return (root / name(stack)).read_bytes().decode()
    except UnicodeDecodeError as invalid:
        raise _rejected(stack, 0, "not UTF-8", "Save it as UTF-8") from invalid


def pinned(root: Path, stack: str) -> Pinned:
    """What the environment pins now. Errors as with `read`."""
    return pinned_in(stack, read(root, stack))


def pinned_in(stack: str, text: str) -> Pinned:
    """What a text of that stack's file pins. Raises `RejectedError` where it is no YAML."""
    with _located(stack):
        return stack_text.pinned(text)


def edit(root: Path, stack: str, change: Callable[[str], str]) -> Edit:
    """What `change`, an edit of `stack_text`, would make of the stack file; nothing is written.

    Raises `RejectedError` where it can't be edited, or would change more than pins.
    """
    before = read(root, stack)
    with _located(stack):
        after = change(before)
    result = Edit(root=root, stack=stack, before=before, after=after, values=_values(root, stack, after))
    if _besides_pins(StackFile(root, stack).values()) != _besides_pins(result.values):
        place = StackFile(root, stack).place([stack_text.OVERRIDES])
        message = f"{stack_text.OVERRIDES} in {PROJECT_FILE} and in {name(stack)} hide each other: more would change"
        raise RejectedError([problem.error("shared-overrides", place, message, "Keep it in the stack files only")])
    return result


def write(edited: Edit) -> None:
    """Replace the file. Raises `FlowstacksError` where somebody else wrote it in the meantime."""
    path = edited.root / name(edited.stack)
    if path.read_bytes() != edited.before.encode():
        raise FlowstacksError(f"{edited.file} was changed by somebody else just now. Run this again")
    if edited.after != edited.before:
        replace(path, edited.after.encode())


def replace(path: Path, content: bytes) -> None:
    """Write atomically: the file has the old content or the new one; its mode stays, and a symlink keeps its target."""
    target = path.resolve()
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=_LEFT_OVER, dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            shutil.copymode(target, temporary)
            os.fsync(descriptor)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync(target.parent)


def refuse_variable() -> None:
    """Raises `FlowstacksError` where a variable hides the file's pin: an edit would be judged with its commit."""
    if os.environ.get(COMMIT):
        raise FlowstacksError(f"{COMMIT} is set and hides every release. Run `unset {COMMIT}`")


def _sync(folder: Path) -> None:
    """A rename is durable once its folder is synced."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _values(root: Path, stack: str, text: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="flowstacks-pin-") as scratch:
        folder = Path(scratch)
        (folder / name(stack)).write_bytes(text.encode())
        if (root / PROJECT_FILE).exists():
            shutil.copyfile(root / PROJECT_FILE, folder / PROJECT_FILE)
        return StackFile(folder, stack).values()


def _besides_pins(values: Mapping[str, Any]) -> dict[str, Any]:
    others = {key: value for key, value in values.items() if key not in {stack_text.RELEASE, stack_text.OVERRIDES}}
    overrides = {pattern: _unheld(override) for pattern, override in _mapping(values.get(stack_text.OVERRIDES)).items()}
    return {**others, stack_text.OVERRIDES: {pattern: override for pattern, override in overrides.items() if override}}


def _unheld(override: Any) -> dict[str, Any]:
    return {key: value for key, value in _mapping(override).items() if key not in {"commit", "image"}}


def _mapping(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


@contextlib.contextmanager
def _located(stack: str) -> Generator[None]:
    try:
        yield
    except TextError as invalid:
        raise _rejected(stack, invalid.line, invalid.message, invalid.remedy) from invalid


def _rejected(stack: str, line: int, message: str, remedy: str) -> RejectedError:
    return RejectedError([problem.error("broken-stack-file", Place(name(stack), line), message, remedy)])
