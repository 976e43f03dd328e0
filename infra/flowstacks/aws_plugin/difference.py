"""What a change of inputs means for an existing object. Pure."""

import dataclasses
from collections.abc import Collection

from pulumi.provider.experimental.provider import PropertyDiffKind

from flowstacks.aws_plugin import inputs
from flowstacks.aws_plugin.kind import AwsKind
from flowstacks.aws_plugin.properties import schema
from flowstacks.aws_plugin.properties.values import Plain, Props, has_unknown

TAGS_ALL = "tagsAll"


@dataclasses.dataclass(frozen=True)
class PropertyChange:
    """One property: how it changes, and whether that takes a new object."""

    name: str
    diff_kind: PropertyDiffKind
    replaces: bool


_REPLACING = {
    PropertyDiffKind.ADD: PropertyDiffKind.ADD_REPLACE,
    PropertyDiffKind.DELETE: PropertyDiffKind.DELETE_REPLACE,
    PropertyDiffKind.UPDATE: PropertyDiffKind.UPDATE_REPLACE,
}


def changes(kind: AwsKind, state: Props, props: Props, ignored: Collection[str] = ()) -> list[PropertyChange]:
    """Between the last known state and the inputs as completed, `tagsAll` included where the type has tags."""
    names = [*schema.inputs(kind.resource_type), *([TAGS_ALL] if kind.tagged else [])]
    pairs = [(name, _diff_kind(kind, name, state.get(name), props.get(name))) for name in names if name not in ignored]
    return [_change(kind, name, diff_kind) for name, diff_kind in pairs if diff_kind]


def deletes_first(kind: AwsKind, props: Props, differences: Collection[PropertyChange]) -> bool:
    """Whether the old object must go before the new one comes: the two would have the same name.

    As in pulumi-terraform-bridge, `pkg/tfbridge/provider.go`: the name was given, not made up, and stays.
    """
    if not any(change.replaces for change in differences):
        return False
    renamed = any(change.name == "name" for change in differences)
    return kind.delete_before_replace or (kind.named and inputs.is_given(props, "name") and not renamed)


def _change(kind: AwsKind, name: str, diff_kind: PropertyDiffKind) -> PropertyChange:
    replaces = name == "region" or name in kind.replaced
    return PropertyChange(name, _REPLACING[diff_kind] if replaces else diff_kind, replaces)


def _diff_kind(kind: AwsKind, name: str, old: Plain, new: Plain) -> PropertyDiffKind | None:
    if new is None:
        # AWS and the real plugin don't tell "none" from "empty", and a switch that is off from one never set.
        gone = name not in kind.filled and old not in (None, "", False, [], {})
        return PropertyDiffKind.DELETE if gone else None
    if old is None:
        return None if new in ("", False, [], {}) else PropertyDiffKind.ADD
    if not has_unknown(new) and kind.means_same(name, old, new):
        return None
    return PropertyDiffKind.UPDATE
