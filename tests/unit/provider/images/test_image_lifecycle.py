"""check and diff of an `Image`: pure. What asks a registry is in tests/server."""

from typing import Any

import pulumi
import pytest

from flowstacks.provider.images import lifecycle
from flowstacks.provider.images.session import RegistrySession, RegistrySettings

_DIGEST = f"sha256:{'a' * 64}"
_OTHER = f"sha256:{'b' * 64}"
_URL = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/flows"
_INPUTS: dict[str, Any] = {
    "repository_url": _URL, "region": "eu-central-1", "image": "etl", "commit": "c" * 40, "tree_key": "k1",
    "tag": "pin-etl",
}  # fmt: skip
_STATE = {**_INPUTS, "digest": _DIGEST, "uri": f"{_URL}@{_DIGEST}", "__provider": "…"}


@pytest.mark.parametrize(
    ("news", "changes", "replaces"),
    [
        ({}, False, []),
        ({"digest": _DIGEST}, False, []),
        ({"commit": "d" * 40}, False, []),
        ({"digest": _OTHER}, True, []),
        ({"tree_key": "k2"}, True, []),
        ({"digest": _DIGEST, "tree_key": "k2"}, True, []),
        ({"tag": "pin-web"}, True, ["tag"]),
        ({"repository_url": "other.test/flows"}, True, ["repository_url"]),
        ({"repository_url": pulumi.output.Unknown()}, True, []),
        ({"digest": pulumi.output.Unknown()}, True, []),
    ],
)
def test_diff(news: dict[str, Any], changes: bool, replaces: list[str]) -> None:
    found = lifecycle.diff(RegistrySession(RegistrySettings()), _STATE, {**_INPUTS, "__provider": "other", **news})
    assert (found.changes, found.replaces) == (changes, replaces)


def test_a_tag_that_a_refresh_found_lost_is_put_back_in_place() -> None:
    found = lifecycle.diff(RegistrySession(RegistrySettings()), {**_STATE, "tag": ""}, _INPUTS)
    assert (found.changes, found.replaces) == (True, [])


def test_a_preview_shows_the_image_of_a_pinned_digest() -> None:
    assert (
        lifecycle.check(RegistrySession(RegistrySettings()), {**_INPUTS, "digest": _DIGEST}).inputs["uri"]
        == f"{_URL}@{_DIGEST}"
    )
    assert "uri" not in lifecycle.check(RegistrySession(RegistrySettings()), _INPUTS).inputs
    assert (
        "uri"
        not in lifecycle.check(RegistrySession(RegistrySettings()), {**_INPUTS, "digest": None, "uri": "stale"}).inputs
    )


@pytest.mark.parametrize("name", ["repository_url", "digest", "tree_key"])
def test_what_is_unknown_passes_untouched(name: str) -> None:
    unknown = pulumi.output.Unknown()
    checked = lifecycle.check(RegistrySession(RegistrySettings()), {**_INPUTS, "digest": _DIGEST, name: unknown})
    assert not checked.failures
    assert checked.inputs[name] is unknown
    assert "uri" not in checked.inputs or name == "tree_key"


@pytest.mark.parametrize(
    ("wrong", "failing"),
    [
        ({"digest": "latest"}, ["digest"]),
        ({"digest": "sha256:abc"}, ["digest"]),
        ({"commit": "HEAD"}, ["commit"]),
        ({"tag": "a b"}, ["tag"]),
        ({"repository_url": "flows"}, ["repository_url"]),
        ({"typo": 1}, ["typo"]),
        ({"tag": "", "commit": ""}, ["commit", "tag"]),
    ],
)
def test_check(wrong: dict[str, Any], failing: list[str]) -> None:
    assert [
        one.property for one in lifecycle.check(RegistrySession(RegistrySettings()), {**_INPUTS, **wrong}).failures
    ] == failing


@pytest.mark.parametrize("is_refresh", [True, False])
def test_a_diff_holds_the_tag_of_the_program_and_not_that_of_a_refresh(*, is_refresh: bool) -> None:
    session = RegistrySession(RegistrySettings())
    lifecycle.check(session, _INPUTS)
    if is_refresh:
        session.refreshed(_URL, "pin-etl")
    lifecycle.diff(session, _STATE, _INPUTS)
    assert session.is_held(_URL, "pin-etl") != is_refresh
