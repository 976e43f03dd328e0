"""The release in a preview's config, or in a stack file at some commit."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pydantic

from flowstacks.core.errors import FlowstacksError
from flowstacks.pins import pins, revisions
from flowstacks.pins.pin import PinnedRelease

KEY = "flowstacks:release"


class _Written(pydantic.BaseModel):
    commit: str
    from_: str | None = pydantic.Field(None, alias="from")
    images: Mapping[str, str] = pydantic.Field(default_factory=dict[str, str])


def parse(value: object) -> PinnedRelease | None:
    """From the config's value, as data or as JSON text; None where it is no release."""
    try:
        data: Any = json.loads(value) if isinstance(value, str) else value
        parsed = _Written.model_validate(data)
    except ValueError:  # pydantic's is one
        return None
    return PinnedRelease(commit=parsed.commit, from_=parsed.from_, images=dict(parsed.images))


def at(root: Path, rev: str, stack: str) -> PinnedRelease | None:
    """The stack's release at a commit; None where it had none, or where its file of that commit can't be read."""
    try:
        text = revisions.at(root, stack, rev).text
        return pins.pinned_in(stack, text).release if text is not None else None
    except FlowstacksError:
        return None


def document(release: PinnedRelease | None) -> dict[str, object] | None:
    """As in a stack file."""
    if release is None:
        return None
    return {"commit": release.commit, "from": release.from_, "images": dict(release.images)}
