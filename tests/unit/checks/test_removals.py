from typing import Any

import pytest

from flowstacks.checks import registry
from flowstacks.checks.facts import RemovalFacts
from flowstacks.core.problem import Place
from flowstacks.desired import choice, desired_state
from flowstacks.desired.recipe import Source
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config
from tests.support import checks, manifests
from tests.support.manifests import PIN

_PLACE = Place("Pulumi.main.yaml", 4)
_BOTH = (manifests.project(), manifests.project("web"))


@pytest.mark.parametrize(
    ("entrypoints", "overrides", "emptied_projects"),
    [
        (["flows/etl/f.py:f", "flows/web/g.py:g", "flows/web/h.py:h"], {}, ["web"]),
        (["flows/etl/f.py:f"], {}, []),
        ([], {}, []),
        (["flows/web/g.py:g"], {"web/**": {"deployed": False}}, []),
        (["flows/web/g.py:g"], {"w*": {"deployed": False}}, []),
        (["flows/web/g.py:g"], {"web/g": {"deployed": False}}, ["web"]),
        (["flows/web/g.py:g"], {"web/**": {"deployed": True}}, ["web"]),
        (["flows/webshop/g.py:g"], {}, []),
        (["flows/gone/g.py:g"], {}, []),
    ],
)
def test_emptied(entrypoints: list[str], overrides: dict[str, Any], emptied_projects: list[str]) -> None:
    config = Config.model_validate({
        "environment": "main", "runtime": "process", "schedule_policy": "active", "release": {"commit": PIN},
        "overrides": overrides,
    })  # fmt: skip
    found = {PIN: manifests.manifest(manifests.flow("f", manifests.deployment("etl/f/a")), projects=_BOTH)}
    chosen = choice.choose(config, found, lambda _: _PLACE)
    wanted = desired_state.compose(
        config, RUNTIMES[config.runtime], "o/main", Source(url="u", credentials=None, checkout="/c"), chosen
    )
    facts = RemovalFacts(config=config, desired=wanted, manifests=found, entrypoints=entrypoints, place=_PLACE)
    problems = checks.problems(registry.REMOVALS, facts)
    assert [(one.code, one.line) for one in problems] == [("emptied-project", 4)] * len(emptied_projects)
    assert all(repr(name) in one.message for one, name in zip(problems, emptied_projects, strict=True))


@pytest.mark.parametrize(
    ("entrypoints", "overrides", "expected"),
    [
        ([], {}, []),  # how every environment begins
        (["flows/etl/f.py:f", "flows/web/g.py:g"], {}, ["would be deleted (2)"]),
        (["flows/etl/f.py:f", "flows/web/g.py:g"], {"**": {"deployed": False}}, []),
        (["flows/etl/f.py:f"], {"etl/**": {"deployed": False}}, ["would be deleted (1)"]),
        (["flows/etl/f.py:f"], {"etl/**": {"commit": PIN}}, []),  # held apart, and still there
    ],
)
def test_a_lost_release_empties_nothing(entrypoints: list[str], overrides: dict[str, Any], expected: list[str]) -> None:
    config = Config.model_validate(
        {"environment": "main", "runtime": "process", "schedule_policy": "active", "overrides": overrides}
    )
    held = {PIN: manifests.manifest(manifests.flow("f", manifests.deployment("etl/f/a")), projects=_BOTH)}
    found = held if any("commit" in said for said in overrides.values()) else {}
    chosen = choice.choose(config, found, lambda _: _PLACE)
    wanted = desired_state.compose(
        config, RUNTIMES[config.runtime], "o/main", Source(url="u", credentials=None, checkout="/c"), chosen
    )
    facts = RemovalFacts(config=config, desired=wanted, manifests=found, entrypoints=entrypoints, place=_PLACE)
    problems = checks.problems(registry.REMOVALS, facts)
    assert [one.code for one in problems] == ["emptied-environment"] * len(expected)
    assert all(text in one.message for one, text in zip(problems, expected, strict=True))
