"""A release as it is told: of a preview's config, or of a stack file at some commit."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pydantic

from flowstacks.core.errors import FlowstacksError
from flowstacks.pins import pins, revisions
from flowstacks.pins.pin import PinnedRelease

KEY = "flowstacks:release"


class _Said(pydantic.BaseModel):
    commit: str
    from_: str | None = pydantic.Field(None, alias="from")
    images: Mapping[str, str] = pydantic.Field(default_factory=dict[str, str])


def parse(said: object) -> PinnedRelease | None:
    """From the config's value, data or JSON text; None where it is no release."""
    try:
        data: Any = json.loads(said) if isinstance(said, str) else said
        found = _Said.model_validate(data)
    except ValueError:  # pydantic's is one
        return None
    return PinnedRelease(commit=found.commit, from_=found.from_, images=dict(found.images))


def at(root: Path, rev: str, stack: str) -> PinnedRelease | None:
    """The stack's release at a commit; None where it had none, or where its file can't be read there."""
    try:
        text = revisions.at(root, stack, rev).text
        return pins.pinned_in(stack, text).release if text is not None else None
    except FlowstacksError:
        return None


def document(release: PinnedRelease | None) -> dict[str, object] | None:
    """As a stack file writes it."""
    if release is None:
        return None
    return {"commit": release.commit, "from": release.from_, "images": dict(release.images)}
