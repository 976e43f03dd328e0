"""What a promotion takes over, and what the target keeps."""

from typing import Any

import pytest

from flowstacks.core.errors import FlowstacksError
from flowstacks.promotion import inheritance
from flowstacks.stack.config import Config

COMMIT, OTHER = "a" * 40, "b" * 40
DIGEST = "sha256:" + "1" * 64


def _config(environment: str, **fields: Any) -> Config:
    return Config.model_validate({"environment": environment, "runtime": "ecs", "schedule_policy": "paused", **fields})


def test_the_release_comes_whole_and_everything_else_stays() -> None:
    source = _config(
        "staging", release={"commit": COMMIT, "from": "dev", "images": {"etl": DIGEST}},
        defaults={"env": {"A": "source"}}, overrides={"etl": {"paused": True}},
    )  # fmt: skip
    target = _config(
        "main", release={"commit": OTHER, "from": "older", "images": {"web": DIGEST}},
        defaults={"env": {"A": "target"}}, overrides={"etl/load": {"commit": OTHER}},
    )  # fmt: skip
    found = inheritance.pinned_as(target, source)
    assert found.release == source.release.model_copy(update={"from_": "staging"})  # type: ignore[union-attr]
    assert found.model_copy(update={"release": target.release}) == target


def test_a_target_without_a_release_gets_its_first() -> None:
    found = inheritance.pinned_as(_config("main"), _config("staging", release={"commit": COMMIT}))
    assert found.release is not None
    assert (found.release.commit, found.release.from_, found.release.images) == (COMMIT, "staging", {})


@pytest.mark.parametrize(
    ("release", "remedy"), [(None, "Promote into it first"), ({"commit": "worktree"}, "Commit, and pin HEAD")]
)
def test_what_can_not_be_taken_over_is_refused_with_a_remedy(release: Any, remedy: str) -> None:
    with pytest.raises(FlowstacksError, match=remedy):
        inheritance.pinned_as(_config("main"), _config("dev", release=release))


def test_head_is_settled_and_other_pins_stay() -> None:
    moving = _config("dev", release={"commit": "HEAD", "from": "x", "images": {"etl": DIGEST}})
    found = inheritance.with_head(moving, COMMIT).release
    assert found is not None
    assert (found.commit, found.from_, found.images) == (COMMIT, "x", {"etl": DIGEST})
    assert inheritance.with_head(moving, None) == moving
    fixed = _config("dev", release={"commit": OTHER})
    assert inheritance.with_head(fixed, COMMIT) == fixed
    assert inheritance.with_head(_config("dev"), COMMIT).release is None


def test_only_what_pins_something_holds_apart() -> None:
    config = _config("main", overrides={"a": {"commit": OTHER}, "b": {"image": DIGEST}, "c": {"paused": True}})
    assert set(inheritance.held(config)) == {"a", "b"}
