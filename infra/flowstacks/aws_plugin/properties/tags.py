"""Tags of a resource, those that the provider adds to every one, and AWS's spellings of them. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from flowstacks.aws_plugin.properties.values import Plain


def everything(default: Mapping[str, str], own: Mapping[str, str]) -> dict[str, Plain]:
    """`tagsAll`: the resource's own win over the provider's `defaultTags`."""
    return {**default, **own}


def own(default: Mapping[str, str], everything: Mapping[str, str]) -> dict[str, Plain]:
    """`tags` as read back: without those that come from the provider."""
    return {key: value for key, value in everything.items() if default.get(key) != value}


def pairs(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]] | None:
    """AWS's list form; None where there are none, for some services refuse an empty list."""
    return [{key: name, value: text} for name, text in tags.items()] or None


def mapping(items: Iterable[Mapping[str, Any]], key: str = "Key", value: str = "Value") -> dict[str, Plain]:
    """From AWS's list form."""
    return {str(pair[key]): str(pair.get(value, "")) for pair in items}


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What is to be set, and the keys to be taken away."""
    to_set = {key: value for key, value in after.items() if before.get(key) != value}
    return to_set, sorted(before.keys() - after.keys())
