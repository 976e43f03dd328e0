"""The pins in a stack file's text: the release, and the deployments held apart from it. Pure.

Edits keep every byte that is no part of a pin. All raise `yaml_tree.TextError` where the text is no YAML, or is written
in a way that can't be edited safely.
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
    """Without a release the environment is provisioned and empty."""
    return yaml_edit.edited(text, [CONFIG, RELEASE], None)


def with_hold(text: str, pattern: str, commit: str | None, image: str | None) -> str:
    """Deployments of `pattern` held at `commit`, on `ecs` with the digest `image`; None removes that key."""
    for name, value in (("commit", commit), ("image", image)):
        text = yaml_edit.edited(text, [CONFIG, OVERRIDES, pattern, name], value)
    return text


def without_hold(text: str, pattern: str) -> str:
    """The deployments of `pattern` follow the release again; the override's other keys stay."""
    return with_hold(text, pattern, None, None)


def with_pins(text: str, pins: Pinned) -> str:
    """Exactly these pins, whatever the text has now; everything else stays."""
    current = pinned(text)
    if pins.release:
        text = with_release(text, pins.release.commit, pins.release.from_, pins.release.images)
    elif current.release:
        text = without_release(text)
    for pattern in current.holds:
        if pattern not in pins.holds:
            text = without_hold(text, pattern)
    for pattern, hold in pins.holds.items():
        text = with_hold(text, pattern, hold.commit, hold.image)
    return text


def pinned(text: str) -> Pinned:
    """The pins as written, unchecked."""
    config = mapping_of(mapping_of(yaml_tree.plain(yaml_tree.parsed(text))).get(CONFIG))
    overrides = mapping_of(config.get(OVERRIDES))
    holds = {pattern: _hold(mapping_of(override)) for pattern, override in overrides.items()}
    return Pinned(
        release=_release(mapping_of(_decoded(config.get(RELEASE)))),
        holds={pattern: hold for pattern, hold in sorted(holds.items()) if hold},
    )


def _release(release: Mapping[str, Any]) -> PinnedRelease | None:
    commit = _text(release.get("commit"))
    if commit is None:
        return None
    images = {key: digest for key, digest in mapping_of(release.get("images")).items() if isinstance(digest, str)}
    return PinnedRelease(commit=commit, from_=_text(release.get("from")), images=images)


def _decoded(value: Any) -> Any:
    """`pulumi config set` without `--path` writes a structure as JSON text."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None


def _hold(override: Mapping[str, Any]) -> Hold | None:
    hold = Hold(commit=_text(override.get("commit")), image=_text(override.get("image")))
    return hold if hold.commit or hold.image else None


def mapping_of(value: Any) -> Mapping[str, Any]:
    """The value where it is a mapping, else an empty one: a broken part of the file pins nothing."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
