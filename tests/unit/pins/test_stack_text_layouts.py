"""However a stack file is laid out: the pins are what was asked for, and no other byte moves."""

import io
import re
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from flowstacks.pins import stack_text
from flowstacks.pins.pin import Hold, Pinned, PinnedRelease

COMMITS = st.text("0123456789abcdef", min_size=40, max_size=40)
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64).map(lambda text: f"sha256:{text}")
KEYS = st.sampled_from(["etl", "etl/gpu", "web", "re-ports", "on", "1.10"])
RELEASES = st.builds(
    PinnedRelease,
    commit=COMMITS,
    from_=st.none() | st.sampled_from(["dev", "no", "2024", "eu-main"]),
    images=st.dictionaries(KEYS, DIGESTS),
)
HOLDS = st.builds(Hold, commit=COMMITS, image=st.none() | DIGESTS) | st.builds(Hold, commit=st.none(), image=DIGESTS)
PATTERNS = st.sampled_from(["etl/**", "etl/daily", "web", "*/*/x", "'q'"])
PINS = st.builds(Pinned, release=st.none() | RELEASES, holds=st.dictionaries(PATTERNS, HOLDS))

# How long an example takes says nothing: the machine has other work.
_SOME = settings(deadline=None, max_examples=40)
_COMMENTS = st.sampled_from(["", "", "", "  # why: {a} [b]", "   #", '  # it\'s "quoted" & *so*'])
_BETWEEN = st.lists(st.sampled_from(["", "# a comment", "   # deeper - than", "  "]), max_size=2)


@st.composite
def _scalar(draw: st.DrawFn, value: str, *, plain: bool) -> str:
    styles = [f'"{value}"', "'" + value.replace("'", "''") + "'"]
    return draw(st.sampled_from([value, *styles] if plain else styles))


@st.composite
def _key(draw: st.DrawFn, value: str) -> str:
    return draw(_scalar(value, plain=bool(re.fullmatch(r"[a-z][a-z_:/-]+", value)) and value != "on"))


@st.composite
def _flow(draw: st.DrawFn, data: Any) -> str:
    if isinstance(data, dict):
        pad, gap = draw(st.sampled_from(["", " "])), draw(st.sampled_from([", ", ",  ", " , "]))
        pairs = [f"{draw(_key(key))}: {draw(_flow(value))}" for key, value in data.items()]
        return "{" + pad + gap.join(pairs) + pad + "}"
    return draw(_scalar(data, plain=False))


@st.composite
def _lines(draw: st.DrawFn, data: dict[str, Any], column: int, step: int) -> list[str]:
    lines: list[str] = []
    for key, value in draw(st.permutations(list(data.items()))):
        lines += [f"{' ' * column}{line}".rstrip() if line else "" for line in draw(_BETWEEN)]
        head = f"{' ' * column}{draw(_key(key))}:"
        if isinstance(value, dict) and value and draw(st.integers(0, 2)):
            lines += [head + draw(_COMMENTS), *draw(_lines(value, column + step, step))]
        else:
            lines.append(f"{head} {draw(_flow(value))}{draw(_COMMENTS)}")
    return lines


OTHERS: dict[str, Any] = {
    "aws:region": "eu-central-1",
    "flowstacks:defaults": {"env": {"LEVEL": "INFO: #1"}, "cpu": "256"},
    "flowstacks:prefect": {"api_key": {"secure": "v1:abc=="}},
}
EXTRA = st.dictionaries(PATTERNS, st.just({"env": {"A": "b"}, "cpu": "1"}), max_size=2)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A stack file with pins of its own or none, laid out at random."""
    pins, others = draw(PINS), draw(st.lists(st.sampled_from(sorted(OTHERS)), unique=True))
    config: dict[str, Any] = {key: OTHERS[key] for key in others}
    if pins.release:
        config["flowstacks:release"] = _said(pins.release)
    overrides: dict[str, Any] = dict(draw(EXTRA))
    for pattern, hold in pins.holds.items():
        overrides[pattern] = {**overrides.get(pattern, {}), **_present(commit=hold.commit, image=hold.image)}
    if overrides:
        config["flowstacks:overrides"] = overrides
    top: dict[str, Any] = {"config": config, **draw(st.sampled_from([{}, {"encryptionsalt": "v1:x"}]))}
    lines = draw(_lines(top, 0, draw(st.sampled_from([2, 4]))))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return end.join(lines) + draw(st.sampled_from(["", end, f"{end}# end{end}"]))


def _present(**said: str | None) -> dict[str, str]:
    return {key: value for key, value in said.items() if value is not None}


def _said(release: PinnedRelease) -> dict[str, Any]:
    images = {"images": dict(release.images)} if release.images else {}
    return {**_present(commit=release.commit, **{"from": release.from_}), **images}


def _data(text: str) -> dict[str, Any]:
    """As ruamel reads it, by its own ways."""
    return YAML(typ="safe", pure=True).load(io.StringIO(text)) or {}


def _without_pins(text: str) -> dict[str, Any]:
    data = _data(text)
    config = dict(data.pop("config", None) or {})
    config.pop("flowstacks:release", None)
    left = {
        pattern: {key: value for key, value in said.items() if key not in {"commit", "image"}}
        for pattern, said in (config.pop("flowstacks:overrides", None) or {}).items()
    }
    return {**data, "config": config, "overrides": {pattern: said for pattern, said in left.items() if said}}


def _pins(text: str) -> Pinned:
    config = _data(text).get("config") or {}
    said = config.get("flowstacks:release")
    release = (
        PinnedRelease(commit=said["commit"], from_=said.get("from"), images=said.get("images", {})) if said else None
    )
    holds = {
        pattern: Hold(commit=one.get("commit"), image=one.get("image"))
        for pattern, one in (config.get("flowstacks:overrides") or {}).items()
    }
    return Pinned(release=release, holds={key: hold for key, hold in holds.items() if hold.commit or hold.image})


@_SOME
@given(texts())
def test_it_reads_what_ruamel_reads(text: str) -> None:
    assert stack_text.pinned(text) == _pins(text)


@_SOME
@given(texts(), PINS)
def test_pins_are_set_and_nothing_else_is(text: str, wanted: Pinned) -> None:
    after = stack_text.with_pins(text, wanted)
    assert _pins(after) == wanted
    assert _without_pins(after) == _without_pins(text)
    assert stack_text.with_pins(after, wanted) == after


@_SOME
@given(texts(), RELEASES)
def test_lines_that_are_not_the_release_stay_byte_for_byte(text: str, wanted: PinnedRelease) -> None:
    assume(not re.search(r"^\W*config\W*{", text, re.MULTILINE) and "config" in _data(text))
    now = stack_text.pinned(text).release
    assume(wanted.images or not (now and now.images))  # with `images:` itself, its comments go
    after = stack_text.with_release(text, wanted.commit, wanted.from_, wanted.images)
    before_lines, after_lines = _outside(text), _outside(after)
    assert after_lines == before_lines


@_SOME
@given(texts(), COMMITS)
def test_another_commit_changes_one_value(text: str, commit: str) -> None:
    now = stack_text.pinned(text).release
    assume(now is not None and commit not in text)
    assert now
    after = stack_text.with_release(text, commit, now.from_, now.images)
    bare = re.sub(r"[\"']", "", after)
    assert bare.replace(commit, now.commit, bare.count(commit)) == re.sub(r"[\"']", "", text)


@_SOME
@given(texts(), PINS)
def test_going_back_is_exact(text: str, other: Pinned) -> None:
    now = stack_text.pinned(text)
    back = stack_text.with_pins(stack_text.with_pins(text, other), now)
    assert stack_text.pinned(back) == now
    assert _without_pins(back) == _without_pins(text)


def _outside(text: str) -> list[str]:
    """Lines outside the release's block, comments and blank lines of the block left out on both sides."""
    kept: list[str] = []
    column: int | None = None
    for line in text.splitlines():
        indentation = len(line) - len(line.lstrip())
        is_said = bool(line.strip()) and not line.strip().startswith("#")
        if column is not None and is_said and indentation <= column:
            column = None
        if re.match(r"\s*[\"']?flowstacks:release[\"']?:", line):
            column = indentation
            continue
        if column is None or not is_said:
            kept.append(line)
    return kept
