"""Which overrides hold what patterns cover, by the source's pins and the target's own."""

from typing import Any

import pytest

from flowstacks.core.errors import FlowstacksError
from flowstacks.desired.objects import Desired
from flowstacks.pins.pin import Hold
from flowstacks.promotion import hold_overrides
from flowstacks.stack.config import Config
from tests.support import plans

ONE, TWO = "a" * 40, "b" * 40
DIGESTS = ["sha256:" + digit * 64 for digit in "12"]
ADDRESSES = ["etl/load/daily", "etl/load/weekly", "etl/sync/default", "web/crawl/default"]


def _config(runtime: str = "process", **said: Any) -> Config:
    return Config.model_validate({
        "environment": "dev", "runtime": runtime, "schedule_policy": "paused", "release": {"commit": ONE}, **said,
    })  # fmt: skip


def _runs(runtime: str = "process", **said: Any) -> Desired:
    flows: dict[str, Any] = {}
    for address in ADDRESSES:
        project, flow, _ = address.split("/")
        flows.setdefault(flow, {"project_name": project, "deployments": {}})["deployments"][address] = {}
    projects = {name: {"commit": ONE, "tree_key": name} for name in ("etl", "web")}
    config = {"runtime": runtime, "region": "eu-central-1", **said}
    return plans.environment({"config": config, "projects": projects, "flows": flows})


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("**", ADDRESSES),
        ("etl", ADDRESSES[:3]),
        ("etl/load", ADDRESSES[:2]),
        ("*/*/default", ADDRESSES[2:]),
        ("etl/load/weekly", ADDRESSES[1:2]),
    ],
)
def test_a_pattern_covers_what_the_source_has(pattern: str, covered: list[str]) -> None:
    assert hold_overrides.chosen(_config(), _runs(), _config(), [pattern]) == {pattern: covered}


def test_what_the_target_holds_narrower_is_left_out() -> None:
    target = _config(overrides={"etl/load/daily": {"commit": TWO}, "**": {"commit": TWO}, "web": {"paused": True}})
    found = hold_overrides.chosen(_config(), _runs(), target, ["etl", "web", "etl/load/daily"])
    assert found == {"etl": ADDRESSES[1:3], "web": ADDRESSES[3:], "etl/load/daily": ADDRESSES[:1]}


def test_a_pattern_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(FlowstacksError, match=r"dev runs no deployment that 'elt' covers. Known are etl/load/daily"):
        hold_overrides.chosen(_config(), _runs(), _config(), ["elt"])
    target = _config(overrides={"etl/load/*": {"commit": TWO}})
    with pytest.raises(FlowstacksError, match="Name the addresses: etl/load/daily, etl/load/weekly"):
        hold_overrides.chosen(_config(), _runs(), target, ["etl/load"])


@pytest.mark.parametrize(
    ("overrides", "address", "commit"),
    [
        ({}, "etl/load/daily", ONE),
        ({"etl": {"commit": TWO}}, "etl/load/daily", TWO),
        ({"etl": {"commit": TWO}}, "web/crawl/default", ONE),
        ({"etl/load/daily": {"commit": TWO}, "**": {"commit": ONE}}, "etl/load/daily", TWO),
        ({"etl/load/daily": {"paused": True}, "etl": {"commit": TWO}}, "etl/load/daily", TWO),
    ],
)
def test_the_narrowest_override_with_a_commit_has_the_say(overrides: dict[str, Any], address: str, commit: str) -> None:
    assert hold_overrides.pin_of(_config(overrides=overrides), address) == commit


def test_pinned_digests_go_along() -> None:
    settings = {"release": {"commit": "9f3c" * 10, "images": {"etl": DIGESTS[0]}}}
    found = hold_overrides.at(_config(), _runs("ecs", **settings), ["etl/load/daily", "web/crawl/default"])
    assert {address: hold.image for address, hold in found.items()} == {
        "etl/load/daily": DIGESTS[0], "web/crawl/default": None,
    }  # fmt: skip


def test_uncommitted_flows_can_not_be_held_elsewhere() -> None:
    with pytest.raises(FlowstacksError, match="runs uncommitted flows"):
        hold_overrides.at(_config(overrides={"etl": {"commit": "worktree"}}), _runs(), ADDRESSES)


def _merged(pattern: str, *commits: str, image: str | None = None) -> dict[str, str | None]:
    holds = {
        address: Hold(commit=commit, image=image) for address, commit in zip(ADDRESSES, commits, strict=True) if commit
    }
    return {
        pattern: hold.commit
        for pattern, hold in hold_overrides.merged({pattern: list(holds)}, holds, _config()).items()
    }


def test_what_is_held_alike_is_one_override() -> None:
    assert _merged("**", ONE, ONE, ONE, ONE) == {"**": ONE}
    assert _merged("etl/load", ONE, ONE, "", "") == {"etl/load": ONE}


def test_else_there_is_one_for_each_project_of_the_pattern() -> None:
    assert _merged("**", ONE, ONE, ONE, TWO) == {"etl/**": ONE, "web/**": TWO}
    assert _merged("*", ONE, ONE, ONE, TWO) == {"etl/**": ONE, "web/**": TWO}
    assert _merged("*/*/default", "", "", ONE, TWO) == {"etl/*/default": ONE, "web/*/default": TWO}


def test_else_for_each_address() -> None:
    assert _merged("etl", ONE, TWO, TWO, "") == {
        "etl/load/daily": ONE, "etl/load/weekly": TWO, "etl/sync/default": TWO,
    }  # fmt: skip
    assert _merged("**", ONE, TWO, TWO, TWO).keys() == {*ADDRESSES[:3], "web/**"}


def test_images_make_holds_different() -> None:
    holds = {address: Hold(commit=ONE, image=DIGESTS[address.startswith("web")]) for address in ADDRESSES}
    assert {key: hold.image for key, hold in hold_overrides.merged({"**": ADDRESSES}, holds, _config()).items()} == {
        "etl/**": DIGESTS[0], "web/**": DIGESTS[1],
    }  # fmt: skip


def test_other_keys_of_an_override_stay() -> None:
    target = _config(overrides={"etl": {"paused": True, "image": DIGESTS[0]}, "web": {"paused": False}})
    found = hold_overrides.with_holds(
        target, {"etl": Hold(commit=TWO, image=None), "new/x": Hold(commit=ONE, image=None)}
    )
    said = {pattern: one.model_dump(exclude_none=True) for pattern, one in found.overrides.items()}
    assert said == {"etl": {"paused": True, "commit": TWO}, "web": {"paused": False}, "new/x": {"commit": ONE}}
