"""Whatever a message about an unknown key suggests is accepted by someone who follows it."""

import copy
import re
import typing
from collections.abc import Iterator
from typing import Any

import hypothesis
import pydantic
import pytest
from hypothesis import strategies

from flowstacks.core import suggestion
from flowstacks.core.errors import RejectedError
from flowstacks.core.problem import Place, Problem
from flowstacks.stack import config
from flowstacks.stack.config import Config

PLACES: dict[tuple[str | int, ...], Any] = {
    (): {"runtime": "process"},
    ("prefect",): {},
    ("repository",): {"url": "https://git.test/flows"},
    ("release",): {"commit": "9f3c" * 10},
    ("naming",): {},
    ("aws",): {},
    ("aws", "task_statements", 0): {"actions": ["s3:GetObject"], "resources": ["*"]},
    ("images",): {},
    ("secrets", "warehouse"): {"arn": "arn:aws:secretsmanager:eu-central-1:1:secret:b-AbCdEf"},
    ("worker",): {"image": "prefecthq/prefect"},
    ("gates",): {},
    ("defaults",): {},
    ("defaults", "schedules", 0): {"cron": "0 4 * * *"},
    ("overrides", "etl/**"): {},
    ("overrides", "etl/**", "schedules", 0): {"cron": "0 4 * * *"},
}
"""Every place of the config where a model's keys stand, with what has to be there."""

_VALUES: dict[str, Any] = {"preset": "portal"}
"""A value for a key that hides the others of its place where it is wrong; any other key may hold the word `x`."""


def _document(path: tuple[str | int, ...], content: dict[str, Any]) -> dict[str, Any]:
    node: Any = content
    for key in reversed(path):
        node = [node] if isinstance(key, int) else {key: node}
    return {"runtime": "process", **node}


def _problems(document: dict[str, Any]) -> list[Problem]:
    values = {f"flowstacks:{key}": value for key, value in document.items()}
    try:
        config.load("dev", values, lambda _: Place("Pulumi.dev.yaml", 1))
    except RejectedError as rejected:
        return list(rejected.problems)
    return []


def _unknown(document: dict[str, Any]) -> list[Problem]:
    return [problem for problem in _problems(document) if problem.code == "unknown-config-key"]


@strategies.composite
def mistyped(draw: strategies.DrawFn) -> tuple[tuple[str | int, ...], dict[str, Any], str]:
    """A place, what is written there, and an unknown key: a known one with a letter more, less or swapped."""
    path = draw(strategies.sampled_from(sorted(PLACES, key=str)))
    known = [*config.known_keys(path), "environment", "region"]
    key = draw(strategies.sampled_from(known))
    cut = draw(strategies.integers(0, len(key)))
    letters = draw(strategies.text("abcdefghijklmnopqrstuvwxyz_", max_size=2))
    mistyped_key = key[:cut] + letters + key[cut + draw(strategies.integers(0, 2)) :]
    hypothesis.assume(mistyped_key not in known and mistyped_key != "")
    content = copy.deepcopy(PLACES[path])
    if draw(strategies.booleans()) and key not in {"environment", "region"}:
        content.setdefault(key, _VALUES.get(key, "x"))  # the right key is there as well
    return path, content, mistyped_key


@hypothesis.given(mistyped())
@hypothesis.settings(deadline=None, max_examples=300)
def test_following_a_suggestion_removes_the_problem(case: tuple[tuple[str | int, ...], dict[str, Any], str]) -> None:
    path, content, key = case
    (problem,) = _unknown(_document(path, {**content, key: "x"}))
    meant = re.fullmatch(r"Did you mean '(.+)'\?", problem.remedy)
    if problem.remedy.endswith("It is written already: remove one of them"):
        assert problem.remedy.split("'")[1] in content
        assert _unknown(_document(path, content)) == []
    elif meant:
        assert meant[1] not in content
        assert _unknown(_document(path, {**content, meant[1]: _VALUES.get(meant[1], "x")})) == []
    else:
        listed = problem.remedy.removeprefix("Known are ").split(", ")
        assert listed == sorted(config.known_keys(path))
        for listed_key in listed:
            assert _unknown(_document(path, {**content, listed_key: _VALUES.get(listed_key, "x")})) == []


def _models(annotation: Any) -> Iterator[type[pydantic.BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from _models(field.annotation)
    for part in typing.get_args(annotation):
        yield from _models(part)


def test_every_model_of_the_config_is_among_the_places() -> None:
    reached = {frozenset(suggestion.fields_at(Config, path)) for path in PLACES}
    models = {frozenset(field.alias or name for name, field in model.model_fields.items()) for model in _models(Config)}
    assert models == reached


@pytest.mark.parametrize("path", sorted(PLACES, key=str))
def test_all_known_keys_are_listed(path: tuple[str | int, ...]) -> None:
    (problem,) = _unknown(_document(path, {**PLACES[path], "zzzzzz": "x"}))
    assert problem.remedy == f"Known are {', '.join(sorted(config.known_keys(path)))}"


def test_what_is_written_elsewhere_hides_no_other_problem() -> None:
    problems = _problems({"runtime": "process", "region": "x", "environment": "dev", "relase": {}})
    assert {problem.remedy for problem in problems} == {
        "Write it as aws:region",
        "Remove it: the environment is the stack's name",
        "Did you mean 'release'?",
    }


def test_a_default_is_not_called_written() -> None:
    (problem,) = _unknown({"runtime": "process", "schedul_policy": "paused"})
    assert problem.remedy == "Did you mean 'schedule_policy'?"


@pytest.mark.parametrize("account", ["012345678901", "123456789012", 123456789012])
def test_an_account_is_twelve_digits_as_text_or_as_the_number_that_pulumi_writes(account: object) -> None:
    loaded = config.load("dev", {"flowstacks:runtime": "process", "flowstacks:aws": {"account": account}}, _anywhere)
    assert loaded.aws.account == str(account)


@pytest.mark.parametrize(
    ("account", "remedy"),
    [
        (12345678901, "a number loses its leading zeros; write all 12, in quotes"),
        (1234567890123, "12 digits"),
        ("12345678901", "12 digits, in quotes"),
        ("٠١٢٣٤٥٦٧٨٩٠١", "12 digits"),
        (True, "12 digits"),
        (1e11, "12 digits"),
    ],
)
def test_another_account_is_refused_with_the_way_to_write_it(account: object, remedy: str) -> None:
    (problem,) = _problems({"runtime": "process", "aws": {"account": account}})
    assert remedy in problem.message


def _anywhere(_: object) -> Place:
    return Place("Pulumi.dev.yaml", 1)
