"""A release as it is written: of a preview's config, or of a stack file at some commit."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, cast

import pydantic

from infra.discovery import git
from infra.errors import FlowstacksError
from infra.model import Model
from infra.stack_file import PROJECT_FILE, StackFile

KEY = "flowstacks:release"


class Pinned(Model):
    """As `infra.config.Release`, but whatever it says: here it is only told."""

    commit: str
    from_: str | None = pydantic.Field(None, alias="from")
    images: Mapping[str, str] = pydantic.Field(default_factory=dict[str, str])

    @classmethod
    def parse(cls, said: object) -> Self | None:
        """From the config's value, data or JSON text; None where it is no release."""
        try:
            data: Any = json.loads(said) if isinstance(said, str) else said
            return cls.model_validate(data)
        except ValueError:  # pydantic's is one
            return None


def at(root: Path, rev: str, stack: str) -> Pinned | None:
    """The stack's release at a commit; None where it had none, or where its file can't be read there."""
    with tempfile.TemporaryDirectory(prefix="flowstacks-stack-file-") as name:
        folder = Path(name)
        for file in (f"Pulumi.{stack}.yaml", PROJECT_FILE):
            shown = git.attempt(root, ["show", f"{rev}:{file}"])
            if not shown.returncode:
                (folder / file).write_bytes(shown.stdout)
        try:
            values = StackFile(folder, stack).values()
        except FlowstacksError:
            return None
    return Pinned.parse(cast("object", values.get(KEY)))
