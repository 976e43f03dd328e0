"""Rollback is the inverse of whatever moved the pins, and of nothing else."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowstacks.pins import pins, stack_text
from flowstacks.pins.pin import Hold, Pinned, PinnedRelease
from flowstacks.promotion import rollback
from tests.support.discovery_repo import Repo

_A, _B, _C = (letter * 40 for letter in "abc")
_IMAGE = f"sha256:{'d' * 64}"
_START = f"# start\nconfig:\n  flowstacks:runtime: ecs  # here\n  flowstacks:release:\n    commit: {_A}  # approved\n"

_COMMITS = st.sampled_from([_A, _B, _C])
_PATTERNS = st.sampled_from(["etl/**", "web/crawl"])
_IMAGES = st.dictionaries(st.sampled_from(["etl", "web/x"]), st.just(_IMAGE))
_PROMOTE = st.tuples(st.just("promote"), _COMMITS, st.sampled_from(["dev", "qa"]), _IMAGES)
_HOLD = st.tuples(st.just("hold"), _PATTERNS, _COMMITS, st.none() | st.just(_IMAGE))
_UNHOLD = st.tuples(st.just("unhold"), _PATTERNS)
_OTHER = st.tuples(st.just("other"), st.integers(1, 9))
_EDITS = st.lists(_PROMOTE | _HOLD | _UNHOLD | _OTHER, min_size=1, max_size=6)


def _edited(text: str, kind: str, *more: object) -> str:
    if kind == "promote":
        return stack_text.with_release(text, *more)
    if kind == "hold":
        return stack_text.with_hold(text, *more)
    if kind == "unhold":
        return stack_text.without_hold(text, *more)
    return f"{text}  key{len(text)}: {more[0]}\n"


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(_EDITS, st.data())
def test_any_revision_comes_back_whatever_was_edited_since(edits: list[tuple[str]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        repo = Repo(Path(folder))
        texts = [_START]
        commits = [repo.commit({"Pulumi.main.yaml": _START})]
        for edit in edits:
            texts.append(_edited(texts[-1], *edit))
            commits.append(repo.commit({"Pulumi.main.yaml": texts[-1]}))
        target = data.draw(st.integers(0, len(texts) - 1))
        back = rollback.prepare(repo.root, "main", commits[target])
        assert stack_text.pinned(back.edit.after) == stack_text.pinned(texts[target])
        assert _others(back.edit.after) == _others(texts[-1])
        assert set(back.kept) == {key for key in _others(texts[-1]) if key not in _others(texts[target])}
        pins.write(back.edit)
        repo.commit({})
        _assert_previous_is_the_inverse(repo, texts[-1])


def _assert_previous_is_the_inverse(repo: Repo, before: str) -> None:
    now = pins.pinned(repo.root, "main")
    was = stack_text.pinned(before)
    if now != was:
        assert stack_text.pinned(rollback.prepare(repo.root, "main", "previous").edit.after) == was


def _others(text: str) -> list[str]:
    return [line.strip().partition(":")[0] for line in text.splitlines() if line.strip().startswith("key")]


_OLD = """\
config:
  a: {b: 1, "x/y": {c: [1]}}
  flowstacks:overrides: {"etl/**": {env: {A: b}, commit: x}, web: {image: y}}
"""
_NEW = """\
config:
  a: {b: 2, "x/y": {c: [1, 2]}}
  flowstacks:overrides: {"etl/**": {env: {A: c}, commit: z}}
  s: {secure: v1}
"""


def test_changed_keys_have_their_paths() -> None:
    assert list(rollback.changed(_OLD, _NEW)) == ["a.b", 'a["x/y"].c', 'flowstacks:overrides["etl/**"].env.A', "s"]


def test_pins_alone_are_no_changed_keys() -> None:
    pinned = Pinned(release=PinnedRelease(commit=_B, images={"x": _IMAGE}), holds={"a": Hold(commit=_C, image=None)})
    assert list(rollback.changed(_START, stack_text.with_pins(_START, pinned))) == []
