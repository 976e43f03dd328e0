"""Edits by data: what is written, and that nothing else moves."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from flowstacks.pins import stack_text
from flowstacks.pins.pin import Hold, Pinned, PinnedRelease
from flowstacks.pins.yaml_tree import TextError

CASES = tomllib.loads(
    (Path(__file__).parents[2] / "cases" / "promotion" / "stack_text.toml").read_text(encoding="utf-8")
)
_STANDS_FOR = {
    "AAA": "a1" * 20,
    "BBB": "51bc" * 10,
    **{f"<{one}>": f"sha256:{one * 64}" for one in "abc"},
}


def _written(text: str) -> str:
    for short, long in _STANDS_FOR.items():
        text = text.replace(short, long)
    return text


def _argument(said: Any) -> Any:
    if isinstance(said, dict):
        return {key: _written(value) for key, value in said.items()}
    return None if said == "<none>" else _written(said)


def _edited(case: dict[str, Any], text: str) -> str:
    return getattr(stack_text, case["edit"])(text, *map(_argument, case["with"]))


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["name"])
def test_an_edit(case: dict[str, Any]) -> None:
    before, after = _written(case["before"]), _written(case["after"])
    assert _edited(case, before) == after
    assert _edited(case, after) == after


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["name"])
def test_line_ends_stay_as_they_are(case: dict[str, Any]) -> None:
    before, after = _written(case["before"]), _written(case["after"])
    assert _edited(case, before.replace("\n", "\r\n")) == after.replace("\n", "\r\n")


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["name"])
def test_a_last_line_without_its_end(case: dict[str, Any]) -> None:
    before, after = _written(case["before"]).rstrip("\n"), _written(case["after"])
    assert _edited(case, before).rstrip("\n") == after.rstrip("\n")


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["name"])
def test_what_cannot_be_edited_safely_is_refused_at_its_line(case: dict[str, Any]) -> None:
    with pytest.raises(TextError, match=case["message"]) as refused:
        stack_text.with_release(_written(case["text"]), _STANDS_FOR["BBB"], None, {})
    assert refused.value.line == case["line"]


def test_a_byte_order_mark_stays() -> None:
    text = "\ufeffconfig:\n  flowstacks:release:\n    commit: HEAD\n"
    assert stack_text.with_release(text, "c" * 40, None, {}) == text.replace("HEAD", "c" * 40)


def test_the_pins_as_written() -> None:
    text = _written(
        'config:\n  x: &r {from: dev}\n  flowstacks:release: {<<: *r, commit: AAA, images: {etl: "<a>"}}\n'
        '  flowstacks:overrides:\n    b: {commit: BBB}\n    a: {image: "<b>", cpu: 1}\n    c: {cpu: 2}\n    d:\n'
    )
    assert stack_text.pinned(text) == Pinned(
        release=PinnedRelease(commit=_written("AAA"), from_="dev", images={"etl": _written("<a>")}),
        holds={"a": Hold(commit=None, image=_written("<b>")), "b": Hold(commit=_written("BBB"), image=None)},
    )


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "config:\n", "config: [a]\n", "config:\n  flowstacks:release: x\n"]
)
def test_no_pins(text: str) -> None:
    assert stack_text.pinned(text) == Pinned(release=None, holds={})


def test_pins_are_put_back_whole() -> None:
    before = _written(
        "config:\n  flowstacks:release:\n    commit: AAA\n  flowstacks:overrides:\n    a: {cpu: 1, commit: BBB}\n"
    )
    after = stack_text.with_hold(
        stack_text.with_release(stack_text.without_hold(before, "a"), "c" * 40, "dev", {"x": _written("<a>")}),
        "b/c", "d" * 40, None,
    )  # fmt: skip
    assert stack_text.with_pins(after, stack_text.pinned(before)) == before
