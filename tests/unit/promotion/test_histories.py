"""Any history: a promotion makes the target what the source is, twice is once, and a rollback is its inverse."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from flowstacks.core import naming
from flowstacks.desired.objects import Desired
from flowstacks.evaluation import evaluation
from flowstacks.pins import pins, stack_text
from flowstacks.promotion import preparation, rollback
from flowstacks.promotion.preparation import Promotion
from flowstacks.stack.config import Config
from tests.support import flows
from tests.support.discovery_repo import Repo

PROJECT = "flowstacks"
PATHS = {"a": ["flows/a", "shared"], "b": ["flows/b"]}
SHARED = '[project]\nname = "a"\nversion = "1.0"\n[tool.flowstacks]\nshared = ["shared"]\n'
CRONS = ["0 4 * * *", "0 5 * * *", None]
STACKS = ("zzdev", "zzstaging", "zzmain")
OWN = {"zzmain": {"a/a-x": {"env": {"WAREHOUSE": "production"}}, "b/b-x/daily": {"tags": ["mine"]}}}

EDITS = st.tuples(
    st.just("edit"), st.sampled_from("ab"), st.sampled_from("xy"),
    st.sampled_from(["days", "schema", "cron", "there", "shared", "readme"]),
)  # fmt: skip
PROMOTIONS = st.tuples(
    st.just("promote"),
    st.sampled_from([("zzdev", "zzstaging"), ("zzdev", "zzmain"), ("zzstaging", "zzmain"), ("zzmain", "zzstaging")]),
    st.sampled_from([None, None, None, "**", "a/**", "b", "*/*-x", "a/a-x/daily", "a/a-y"]),
)
ROLLBACKS = st.tuples(st.just("rollback"), st.sampled_from(STACKS[1:]))


class Team:
    """Projects `a` and `b` of flows `x`, and now and then `y`; three stacks, of which `zzdev` is at HEAD."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.repo = Repo(root)
        self.flows = {(project, flow): {"days": 1, "schema": 0, "cron": 0} for project in "ab" for flow in "xy"}
        self.there = {("a", "x"), ("b", "x")}
        self.count = 0
        stacks = {f"Pulumi.{stack}.yaml": _stack_file(stack) for stack in STACKS}
        self.repo.commit({
            "Pulumi.yaml": "name: flowstacks\nruntime: python\n",
            "flows/a/pyproject.toml": SHARED,
            "shared/lib.py": "x = 0\n",
            **stacks, **self._files(),
        })  # fmt: skip

    def _files(self) -> dict[str, str | None]:
        return {f"flows/{project}/{flow}.py": self._text(project, flow) for project, flow in self.there}

    def _text(self, project: str, flow: str) -> str:
        said = self.flows[project, flow]
        cron = CRONS[said["cron"] % len(CRONS)]
        daily = {"name": "daily", "parameters": {"days": said["days"]}, **({"cron": cron} if cron else {})}
        text = flows.declared(flow, daily, name=f"{project}-{flow}")
        return text.replace("days: int = 1", f"days: int = 1, more: int = {said['schema']}") if said["schema"] else text

    def edit(self, project: str, flow: str, what: str) -> None:
        self.count += 1
        path = f"flows/{project}/{flow}.py"
        if what in {"shared", "readme"}:
            self.repo.commit({"shared/lib.py" if what == "shared" else "README.md": f"x = {self.count}\n"})
        elif what == "there" and flow == "y":
            self.there ^= {(project, flow)}
            self.repo.commit({path: self._text(project, flow) if (project, flow) in self.there else None})
        elif (project, flow) in self.there and what != "there":
            self.flows[project, flow][what] += 1
            self.repo.commit({path: self._text(project, flow)})

    def desired(self, stack: str) -> Desired:
        return evaluation.run(self.root, PROJECT, stack).desired

    def text(self, stack: str) -> str:
        return pins.read(self.root, stack)

    def touched(self, project: str, ours: str, theirs: str) -> bool:
        return bool(self.repo.git("log", "--format=%H", f"{ours}...{theirs}", "--", *PATHS[project]))


def _stack_file(stack: str) -> str:
    release = "  flowstacks:release: {commit: HEAD}\n" if stack == "zzdev" else ""
    overrides = f"  flowstacks:overrides: {json.dumps(OWN[stack])}\n" if stack in OWN else ""
    return f"# {stack}\nconfig:\n  flowstacks:runtime: process\n{release}{overrides}# the end\n"


def _normal(desired: Desired, stack: str, overridden: set[str]) -> dict[str, Any]:
    """By address; only the stack's name, which is in much of it, may be another one elsewhere."""
    found: dict[str, Any] = {}
    for one in desired.deployments:
        said = json.loads(json.dumps(dict(one.props)).replace(stack, "STACK"))
        if one.address in overridden:
            del said["job_variables"], said["tags"]
        found[one.address] = said
    return found


def _covered(patterns: Mapping[str, Any] | list[str], desired: Desired) -> set[str]:
    return {
        one.address
        for one in desired.deployments
        if any(naming.matches(pattern, naming.parse_address(one.address)) for pattern in patterns)
    }


def _held(config: Config) -> list[str]:
    return [pattern for pattern, said in config.overrides.items() if said.commit]


def _promote(team: Team, src: str, dst: str, pattern: str | None) -> None:
    before_text, before = team.text(dst), team.desired(dst)
    promotion = preparation.prepare(team.root, PROJECT, src, dst, [pattern] if pattern else [])
    edit = pins.edit(team.root, dst, promotion.edited)
    pins.write(edit)
    after = team.desired(dst)
    assert after == promotion.verdict.desired  # what was judged is what was written
    assert promotion.before == before
    if pattern:
        _pattern_is_as_in_the_source(promotion, pattern, before, after)
    else:
        _release_is_as_in_the_source(promotion, after)
        _what_was_not_touched_stays(team, promotion)
    again = preparation.prepare(team.root, PROJECT, src, dst, [pattern] if pattern else [])
    assert again.edited(edit.after) == edit.after
    assert again.plan
    assert again.plan.is_empty
    if edit.after != edit.before:
        team.repo.commit({}, f"promote {src} to {dst}")
        _rollback_is_the_inverse(team, dst, before_text, before)


def _release_is_as_in_the_source(promotion: Promotion, after: Desired) -> None:
    src, dst = promotion.source.environment, promotion.target.environment
    own = {*OWN.get(src, {}), *OWN.get(dst, {})}
    apart = [*_held(promotion.source), *_held(promotion.target)]
    theirs, ours = (
        _normal(one, stack, _covered(list(own), one)) for one, stack in ((promotion.source_desired, src), (after, dst))
    )
    for desired, found in ((promotion.source_desired, theirs), (after, ours)):
        for address in _covered(apart, desired):
            del found[address]
    assert ours == theirs


def _pattern_is_as_in_the_source(promotion: Promotion, pattern: str, before: Desired, after: Desired) -> None:
    src, dst = promotion.source.environment, promotion.target.environment
    own = {*OWN.get(src, {}), *OWN.get(dst, {})}
    was, is_now, theirs = (
        _normal(one, stack, _covered(list(own), one))
        for one, stack in ((before, dst), (after, dst), (promotion.source_desired, src))
    )
    narrower = [held for held in _held(promotion.target) if naming.breadth(held) > naming.breadth(pattern)]
    promoted = _covered([pattern], promotion.source_desired) - _covered(narrower, promotion.source_desired)
    assert {address: is_now.get(address) for address in promoted} == {address: theirs[address] for address in promoted}
    reached = _covered([pattern], before) | _covered([pattern], after)
    assert {key: one for key, one in is_now.items() if key not in reached} == {
        key: one for key, one in was.items() if key not in reached
    }


def _what_was_not_touched_stays(team: Team, promotion: Promotion) -> None:
    ours, theirs = promotion.target.release, promotion.verdict.config.release
    assert promotion.plan
    assert theirs
    if ours is None:
        return
    for project in PATHS:
        if not team.touched(project, ours.commit, theirs.commit):
            assert [one for one in promotion.plan.deployments if one.project == project] == []


def _rollback_is_the_inverse(team: Team, stack: str, before_text: str, before: Desired) -> None:
    back = rollback.prepare(team.root, stack, rollback.PREVIOUS)
    assert stack_text.pinned(back.edit.after) == stack_text.pinned(before_text)
    assert back.kept == ()
    assert evaluation.run(team.root, PROJECT, stack, back.edit.values).desired == before


def _roll_back(team: Team, stack: str, pinned: list[str]) -> None:
    back = rollback.prepare(team.root, stack, rollback.PREVIOUS)
    pins.write(back.edit)
    assert stack_text.pinned(team.text(stack)) == stack_text.pinned(pinned[-2])
    team.repo.commit({}, f"rollback {stack}")


def _steps(team: Team, steps: list[Any]) -> Iterator[str]:
    """Do them; those that have no meaning here are left out. Yields what was done."""
    pinned = {stack: [team.text(stack)] for stack in STACKS[1:]}
    for step in steps:
        match step:
            case ("edit", project, flow, what):
                team.edit(project, flow, what)
            case ("promote", (src, dst), pattern) if _can_promote(team, src, dst, pattern):
                _promote(team, src, dst, pattern)
                if stack_text.pinned(team.text(dst)) != stack_text.pinned(pinned[dst][-1]):
                    pinned[dst].append(team.text(dst))
                yield "promote" if pattern is None else "hold"
            case ("rollback", stack) if len(pinned[stack]) > 1:
                _roll_back(team, stack, pinned[stack])
                pinned[stack].append(team.text(stack))
                yield "rollback"
            case _:
                pass


def _can_promote(team: Team, src: str, dst: str, pattern: str | None) -> bool:
    """A source needs a release, a pattern something that it covers and that the target does not hold narrower."""
    source, target = (evaluation.configured(team.root, stack) for stack in (src, dst))
    if source.release is None:
        return False
    if pattern is None:
        return True
    narrower = [held for held in _held(target) if naming.breadth(held) > naming.breadth(pattern)]
    runs = team.desired(src)
    return target.release is not None and bool(_covered([pattern], runs) - _covered(narrower, runs))


@pytest.fixture(autouse=True)
def _embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.one_of(EDITS, EDITS, PROMOTIONS, ROLLBACKS), min_size=4, max_size=14))
def test_any_history(steps: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        team = Team(Path(folder) / "repository")
        first = [("promote", ("zzdev", "zzstaging"), None), ("promote", ("zzstaging", "zzmain"), None)]
        for done in _steps(team, [*first, *steps]):
            event(done)


def test_a_known_history_does_everything(tmp_path: Path) -> None:
    """What the random ones are made of, once for certain."""
    team = Team(tmp_path / "repository")
    steps = [
        ("promote", ("zzdev", "zzstaging"), None), ("promote", ("zzstaging", "zzmain"), None),
        ("edit", "a", "y", "there"), ("edit", "b", "x", "schema"), ("promote", ("zzdev", "zzstaging"), None),
        ("promote", ("zzstaging", "zzmain"), "a/**"), ("edit", "a", "x", "cron"), ("edit", "a", "x", "shared"),
        ("promote", ("zzdev", "zzstaging"), "a/a-x/daily"), ("promote", ("zzstaging", "zzmain"), "**"),
        ("promote", ("zzdev", "zzmain"), None), ("rollback", "zzmain"), ("edit", "a", "y", "there"),
        ("promote", ("zzdev", "zzstaging"), None), ("promote", ("zzmain", "zzstaging"), None),
    ]  # fmt: skip
    done = list(_steps(team, steps))
    assert {what: done.count(what) for what in done} == {"promote": 6, "hold": 3, "rollback": 1}


def test_a_pattern_that_is_split_by_a_hold_of_the_source_is_promoted_once(tmp_path: Path) -> None:
    team = Team(tmp_path / "repository")
    steps = [
        ("promote", ("zzdev", "zzstaging"), None), ("promote", ("zzstaging", "zzmain"), None),
        ("edit", "a", "x", "cron"), ("promote", ("zzdev", "zzmain"), "a/a-x/daily"),
        ("promote", ("zzmain", "zzstaging"), "*/*-x"),
    ]  # fmt: skip
    assert list(_steps(team, steps)) == ["promote", "promote", "hold", "hold"]
    assert set(evaluation.configured(team.root, "zzstaging").overrides) == {"a/*-x", "b/*-x"}
