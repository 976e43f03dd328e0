"""The pins in a stack file's text: the release, and the deployments held apart from it. Pure.

Edits leave every byte alone that is no part of a pin. All raise `yaml_tree.TextError` where the text is no YAML, or is
written in a way that can't be edited safely.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from flowstacks.pins import yaml_edit, yaml_tree
from flowstacks.pins.pin import Hold, Pinned, PinnedRelease
from flowstacks.pins.yaml_token import Value
from flowstacks.stack.config import NAMESPACE

CONFIG = "config"
RELEASE = f"{NAMESPACE}:release"
OVERRIDES = f"{NAMESPACE}:overrides"


def with_release(text: str, commit: str, from_: str | None, images: Mapping[str, str]) -> str:
    """`images`: digest by image key; empty on `process`."""
    release: dict[str, Value] = {"commit": commit}
    if from_ is not None:
        release["from"] = from_
    if images:
        release["images"] = dict(sorted(images.items()))
    return yaml_edit.edited(text, [CONFIG, RELEASE], release)


def without_release(text: str) -> str:
    """The environment is provisioned and empty then."""
    return yaml_edit.edited(text, [CONFIG, RELEASE], None)


def with_hold(text: str, pattern: str, commit: str | None, image: str | None) -> str:
    """Deployments of `pattern` held at `commit`, on `ecs` with the digest `image`; None removes that key."""
    for name, value in (("commit", commit), ("image", image)):
        text = yaml_edit.edited(text, [CONFIG, OVERRIDES, pattern, name], value)
    return text


def without_hold(text: str, pattern: str) -> str:
    """The release applies again; the override's other keys stay."""
    return with_hold(text, pattern, None, None)


def with_pins(text: str, wanted: Pinned) -> str:
    """Exactly these pins, whatever the text has now; all else stays."""
    now = pinned(text)
    if wanted.release:
        text = with_release(text, wanted.release.commit, wanted.release.from_, wanted.release.images)
    elif now.release:
        text = without_release(text)
    for pattern in now.holds:
        if pattern not in wanted.holds:
            text = without_hold(text, pattern)
    for pattern, hold in wanted.holds.items():
        text = with_hold(text, pattern, hold.commit, hold.image)
    return text


def pinned(text: str) -> Pinned:
    """The pins as written, unchecked."""
    config = _mapping(_mapping(yaml_tree.plain(yaml_tree.parsed(text))).get(CONFIG))
    overrides = _mapping(config.get(OVERRIDES))
    holds = {pattern: _hold(_mapping(said)) for pattern, said in overrides.items()}
    return Pinned(
        release=_release(_mapping(_decoded(config.get(RELEASE)))),
        holds={pattern: hold for pattern, hold in sorted(holds.items()) if hold},
    )


def _release(said: Mapping[str, Any]) -> PinnedRelease | None:
    commit = _text(said.get("commit"))
    if commit is None:
        return None
    images = {key: digest for key, digest in _mapping(said.get("images")).items() if isinstance(digest, str)}
    return PinnedRelease(commit=commit, from_=_text(said.get("from")), images=images)


def _decoded(said: Any) -> Any:
    """`pulumi config set` without `--path` writes a structure as JSON text."""
    try:
        return json.loads(said) if isinstance(said, str) else said
    except ValueError:
        return None


def _hold(said: Mapping[str, Any]) -> Hold | None:
    hold = Hold(commit=_text(said.get("commit")), image=_text(said.get("image")))
    return hold if hold.commit or hold.image else None


def _mapping(said: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", said) if isinstance(said, dict) else {}


def _text(said: Any) -> str | None:
    return said if isinstance(said, str) else None
