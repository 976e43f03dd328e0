"""What is valid of a config, and what is known to be broken: the same problems as `config.load`, and never a crash."""

import contextlib
import copy
import functools
import operator
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowstacks.core.errors import RejectedError
from flowstacks.core.problem import Place
from flowstacks.stack import config, partial_config
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import Key

PIN = "0123456789abcdef0123456789abcdef01234567"


def _place(path: Sequence[Key]) -> Place:
    return Place(".".join(map(str, path)), 1)


_GOOD: dict[str, Any] = {
    "runtime": "ecs",
    "release": {"commit": PIN, "images": {"etl": "sha256:" + "0" * 64}},
    "prefect": {"api_url": "http://127.0.0.1/api"},
    "defaults": {"subnets": ["subnet-1", "subnet-2"], "cpu": 512, "schedules": [{"cron": "0 4 * * *"}]},
    "overrides": {"etl/**": {"paused": True, "commit": PIN}, "web": {"memory": 1024}},
    "naming": {"preset": "default"},
    "worker": {"image": "w"},
    "secrets": {"token": "x", "other": {"arn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x"}},
    "gates": {"green": True},
}
_PATHS: list[tuple[Key, ...]] = [
    ("runtime",), ("release",), ("release", "commit"), ("release", "images", "etl"), ("prefect",), ("defaults",),
    ("defaults", "subnets"), ("defaults", "subnets", 0), ("defaults", "subnets", 1), ("defaults", "cpu"),
    ("defaults", "schedules", 0, "cron"), ("defaults", "schedules", 0), ("overrides",), ("overrides", "etl/**"),
    ("overrides", "etl/**", "commit"), ("overrides", "web", "memory"), ("naming",), ("naming", "preset"),
    ("worker",), ("worker", "image"), ("secrets",), ("secrets", "token"), ("secrets", "other", "arn"),
    ("gates", "green"), ("nonsense",), ("region",), ("schedule_policy",), ("overrides", "web", "memroy"),
    ("prefect", "api_ur"),
]  # fmt: skip
_VALUES = st.sampled_from([None, 7, "x", [], {}, ["x", 7], {"x": 7}, -1, float("inf")])


def _planted(edits: Sequence[tuple[tuple[Key, ...], Any]]) -> dict[str, Any]:
    """The good config with other values at some paths, as far as they are there."""
    raw: Any = copy.deepcopy(_GOOD)
    for path, value in edits:
        # An edit before may have taken the way there.
        with contextlib.suppress(KeyError, IndexError, TypeError):
            functools.reduce(operator.getitem, path[:-1], raw)[path[-1]] = copy.deepcopy(value)
    return {f"flowstacks:{key}": value for key, value in raw.items()}


@given(edits=st.lists(st.tuples(st.sampled_from(_PATHS), _VALUES), max_size=6))
def test_the_problems_are_those_of_loading_it(edits: list[tuple[tuple[Key, ...], Any]]) -> None:
    values = _planted(edits)
    partial = partial_config.load("staging", values, _place)
    if not partial.problems:
        assert (partial.config, partial.broken) == (config.load("staging", values, _place), {})
        return
    with pytest.raises(RejectedError) as rejected:
        config.load("staging", values, _place)
    assert set(rejected.value.problems) == set(partial.problems)
    assert partial.broken


def _partial(**changes: Any) -> tuple[Config, dict[str, str]]:
    values = {f"flowstacks:{key}": value for key, value in {**_GOOD, **changes}.items()}
    partial = partial_config.load("staging", values, _place)
    return partial.config, {name: place.file for name, place in partial.broken.items()}


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"prefect": {"api_ur": "x"}}, {"prefect": "flowstacks:prefect.api_ur"}),
        ({"repositori": {"url": "x"}}, {"repository": "flowstacks:repositori"}),
        ({"defaults": {"memroy": 7}}, {"memory": "flowstacks:defaults.memroy"}),
        ({"defaults": {"cpu": "x"}}, {"cpu": "flowstacks:defaults.cpu"}),
        ({"overrides": {"etl": {"tags": 7}}}, {"tags": "flowstacks:overrides.etl.tags"}),
        ({"release": {"commit": PIN, "images": {"etl": "x"}}}, {"release.images": "flowstacks:release.images.etl"}),
        ({"release": {"commit": "x"}}, {"release": "flowstacks:release.commit"}),
        ({"region": "x"}, {"region": "aws:region"}),
    ],
)
def test_a_broken_part_has_a_name_and_a_place(changes: dict[str, Any], broken: dict[str, str]) -> None:
    assert _partial(**changes)[1] == broken


def test_what_is_right_is_kept() -> None:
    loaded, broken = _partial(defaults={"subnets": ["x", "y"], "cpu": 512}, runtime=["esc"])
    assert (loaded.defaults.cpu, loaded.defaults.subnets) == (512, None)
    assert set(loaded.overrides) == {"etl/**", "web"}
    assert set(broken) == {"subnets", "runtime"}


def test_an_override_that_is_no_mapping_breaks_every_setting() -> None:
    assert {"cpu", "memory", "schedules", "commit", "deployed"} <= set(_partial(overrides={"etl": 7})[1])
