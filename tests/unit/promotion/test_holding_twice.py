"""A promotion of patterns done twice is done once, and moves nothing that the target holds narrower."""

from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from flowstacks.core import naming
from flowstacks.core.errors import FlowstacksError
from flowstacks.desired.objects import Desired
from flowstacks.promotion import hold_overrides
from flowstacks.stack.config import Config
from tests.support import plans
from tests.support.manifests import PIN

COMMITS = [digit * 40 for digit in "abc"]
DIGESTS = ["sha256:" + digit * 64 for digit in "12"]
FLOWS = {"a": ("a-x", "a-y"), "b": ("a-x", "b-x")}
ADDRESSES = [
    f"{project}/{flow}/{name}" for project, flows in FLOWS.items() for flow in flows for name in ("daily", "weekly")
]
SEGMENTS = st.tuples(
    st.sampled_from(["a", "b", "*", "?"]),
    st.sampled_from(["a-x", "a-y", "b-x", "*-x", "a-*", "?-x", "*", "[ab]-x"]),
    st.sampled_from(["daily", "weekly", "*", "d*", "*ly"]),
)
PATTERNS = st.one_of(
    st.sampled_from(["**", "a", "b/**", "*", "*/*-x", "*/**"]),
    SEGMENTS.map("/".join),
    SEGMENTS.map(lambda segments: "/".join(segments[:2])),
    SEGMENTS.map(lambda segments: f"{segments[0]}/{segments[1]}/**"),
    st.sampled_from(ADDRESSES),
)
HOLDS = st.dictionaries(PATTERNS, st.sampled_from(COMMITS), max_size=4)


def _environment(runtime: str, holds: dict[str, str], release: str) -> Config:
    overrides: dict[str, Any] = {pattern: {"commit": commit} for pattern, commit in holds.items()}
    return Config.model_validate({
        "environment": "dev", "runtime": runtime, "schedule_policy": "paused", "release": {"commit": release},
        "overrides": overrides,
    })  # fmt: skip


def _runs(addresses: list[str]) -> Desired:
    """What a `process` source runs; its commits are asked of its config alone."""
    flows: dict[str, Any] = {}
    for address in addresses:
        project, flow, _ = address.split("/")
        key = f"{project}-{flow}"
        flows.setdefault(key, {"project_name": project, "deployments": {}})["deployments"][address] = {}
    projects = {name: {"commit": COMMITS[0], "tree_key": name} for name in FLOWS}
    return plans.environment({"config": {}, "projects": projects, "flows": flows})


def _promoted(source: Config, runs: Desired, target: Config, patterns: list[str]) -> Config:
    chosen = hold_overrides.chosen(source, runs, target, patterns)
    holds = hold_overrides.at(source, runs, sorted({address for addresses in chosen.values() for address in addresses}))
    return hold_overrides.with_holds(target, hold_overrides.merged(chosen, holds, target))


def _covers(pattern: str, address: str) -> bool:
    return naming.matches(pattern, naming.parse_address(address))


def _held_narrower(target: Config, patterns: list[str], address: str) -> bool:
    """Than every one of `patterns` that covers the address."""
    widths = [naming.breadth(pattern) for pattern in patterns if _covers(pattern, address)]
    held = [naming.breadth(pattern) for pattern in target.overrides if _covers(pattern, address)]
    return max(held, default=(0, 0, "")) > max(widths)


@hypothesis.settings(max_examples=150, deadline=None)
@hypothesis.given(
    HOLDS, HOLDS, st.lists(PATTERNS, min_size=1, max_size=3), st.sets(st.sampled_from(ADDRESSES), min_size=1)
)
def test_twice_is_once(
    source_holds: dict[str, str], holds: dict[str, str], patterns: list[str], runs: set[str]
) -> None:
    source, target = _environment("process", source_holds, COMMITS[0]), _environment("process", holds, COMMITS[1])
    desired = _runs(sorted(runs))
    try:
        once = _promoted(source, desired, target, patterns)
    except FlowstacksError:
        hypothesis.event("refused")
        return
    assert _promoted(source, desired, once, patterns) == once
    for address in ADDRESSES:
        covered = any(_covers(pattern, address) for pattern in patterns)
        if not covered or _held_narrower(target, patterns, address):
            hypothesis.event("stays")
            assert hold_overrides.pin_of(once, address) == hold_overrides.pin_of(target, address)
        elif address in runs:
            hypothesis.event("promoted")
            assert hold_overrides.pin_of(once, address) == hold_overrides.pin_of(source, address)


def test_a_hold_of_the_source_splits_the_pattern_once() -> None:
    source = _environment("process", {"a/a-x/daily": COMMITS[2]}, COMMITS[0])
    desired = _runs(["a/a-x/daily", "b/b-x/daily"])
    once = _promoted(source, desired, _environment("process", {}, COMMITS[1]), ["*/*-x"])
    assert {pattern: override.commit for pattern, override in once.overrides.items()} == {
        "a/*-x": COMMITS[2], "b/*-x": COMMITS[0],
    }  # fmt: skip
    assert _promoted(source, desired, once, ["*/*-x"]) == once


def test_what_moved_on_in_the_source_is_refused_as_before() -> None:
    """The remedy stands: overrides that are narrower than the pattern keep the say."""
    target = _environment("process", {"a/*-x": COMMITS[2], "b/*-x": COMMITS[1]}, COMMITS[1])
    desired = _runs(["a/a-x/daily", "b/b-x/daily"])
    with pytest.raises(FlowstacksError, match="Name the addresses: a/a-x/daily, b/b-x/daily"):
        _promoted(_environment("process", {}, COMMITS[0]), desired, target, ["*/*-x"])


def test_a_pattern_beside_a_narrower_one_is_not_refused_the_second_time() -> None:
    source, target = (_environment("process", {}, commit) for commit in COMMITS[:2])
    desired = _runs(["a/a-x/daily"])
    once = _promoted(source, desired, target, ["a/a-x", "a/a-x/daily"])
    assert set(once.overrides) == {"a/a-x/daily"}
    assert _promoted(source, desired, once, ["a/a-x", "a/a-x/daily"]) == once


@pytest.mark.parametrize(("digest", "refused"), [(DIGESTS[0], False), (DIGESTS[1], True)])
def test_on_ecs_the_same_commit_with_another_image_is_something_else(digest: str, *, refused: bool) -> None:
    source = _environment("ecs", {}, PIN)
    flows: dict[str, Any] = {"a-x": {"project_name": "a", "deployments": {"a/a-x/daily": {}}}}
    desired = plans.environment({
        "config": {"runtime": "ecs", "region": "eu-central-1", "release": {"commit": PIN, "images": {"a": DIGESTS[0]}}},
        "projects": {"a": {"commit": PIN, "tree_key": "a"}},
        "flows": flows,
    })  # fmt: skip
    target = Config.model_validate({
        "environment": "main", "runtime": "ecs", "schedule_policy": "paused", "release": {"commit": COMMITS[1]},
        "overrides": {"a/a-x/daily": {"commit": PIN, "image": digest}},
    })  # fmt: skip
    if refused:
        with pytest.raises(FlowstacksError, match="holds everything apart"):
            hold_overrides.chosen(source, desired, target, ["a"])
    else:
        assert hold_overrides.chosen(source, desired, target, ["a"]) == {"a": []}
