"""`flowstacks promote` in real repositories."""

import json
import subprocess
from pathlib import Path

import pytest

from flowstacks.evaluation import evaluation
from flowstacks.pins import stack_text
from flowstacks.stack.release import COMMIT
from tests.support import promotions
from tests.support.promotions import FLOW, HEAD_LINES, Team, flowstacks, told

Printed = pytest.CaptureFixture[str]
DEV = "config:\n  flowstacks:runtime: process\n  flowstacks:release:\n    commit: {}\n"
COMMENTED = (
    "# production, ask Kim\n"
    "config:\n"
    "  # nothing here is a secret\n"
    "  flowstacks:runtime:   process   # here\n"
    "  flowstacks:overrides:\n"
    "    'etl/load':   {{paused: true}}   # until June\n"
    "  flowstacks:release:\n"
    "    # moved by promotions only\n"
    "    commit: {}   # the pin\n"
    "    from: staging\n"
    "  flowstacks:schedule_policy: none\n"
    "# the end\n"
)


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    made = Team(tmp_path / "repository")
    promotions.inside(made, monkeypatch)
    _pin_dev(made, made.first)
    return made


def _pin_dev(team: Team, commit: str) -> None:
    team.repo.write({"Pulumi.dev.yaml": DEV.format(commit)})


def _released(commit: str) -> str:
    return f"{HEAD_LINES}  flowstacks:release:\n    commit: {commit}\n    from: dev\n"


def _second(team: Team) -> str:
    """`main` runs the first commit, `dev` one that changed `etl`."""
    team.repo.write({"Pulumi.main.yaml": _released(team.first)})
    second = team.edit_flow()
    _pin_dev(team, second)
    return second


def test_a_first_release_says_what_moves_and_writes_the_pin_alone(team: Team, capsys: Printed) -> None:
    text = flowstacks(capsys, "promote", "dev", "main").splitlines()
    assert text[0] == f"dev -> main: all at {team.first[:12]}"
    assert "2 deployments of 2 projects move: 2 created; 0 stay" in text
    assert text[-1].startswith("Pulumi.main.yaml is edited.")
    assert team.stack_file.read_text() == _released(team.first)


def test_a_project_that_did_not_change_stays(team: Team, capsys: Printed) -> None:
    second = _second(team)
    document = told(capsys, "promote", "dev", "main")
    assert document["commits"] == [second]
    assert document["operations"] == {"Deployment load/main": "update"}
    assert (document["counts"]["unchanged"], document["written"], document["problems"]) == (1, True, [])
    assert team.stack_file.read_text() == _released(second)


def test_nothing_to_do_is_one_line_and_asks_no_gate(team: Team, capsys: Printed) -> None:
    flowstacks(capsys, "promote", "dev", "main")
    before = team.stack_file.stat()
    team.repo.git("branch", "-q", "-m", "other")  # now the trunk's gate would be closed
    assert (
        flowstacks(capsys, "promote", "dev", "main") == "dev -> main: Pulumi.main.yaml pins it already, nothing to do\n"
    )
    assert told(capsys, "promote", "dev", "main")["written"] is False
    assert team.stack_file.stat().st_mtime_ns == before.st_mtime_ns


def test_head_becomes_its_commit(team: Team, capsys: Printed) -> None:
    _pin_dev(team, "HEAD")
    flowstacks(capsys, "promote", "dev", "main")
    assert team.stack_file.read_text() == _released(team.first)


def test_a_dirty_or_newer_checkout_has_no_influence(team: Team, capsys: Printed) -> None:
    _second(team)
    clean = told(capsys, "promote", "dev", "main", "--dry-run")
    team.repo.commit({"flows/etl/load.py": None, "flows/new/x.py": FLOW.format(name="x", days=1)})
    team.repo.write({"flows/web/crawl.py": "not python (", "flows/etl/other.py": FLOW.format(name="other", days=1)})
    assert told(capsys, "promote", "dev", "main", "--dry-run") == clean
    assert told(capsys, "promote", "dev", "main") == {**clean, "written": True}


def test_every_other_byte_stays(team: Team, capsys: Printed) -> None:
    team.stack_file.write_text(COMMENTED.format(team.first))
    second = team.edit_flow()
    _pin_dev(team, second)
    flowstacks(capsys, "promote", "dev", "main")
    assert team.stack_file.read_text() == COMMENTED.format(second).replace("from: staging", "from: dev")


def test_patterns_hold_what_they_cover(team: Team, capsys: Printed) -> None:
    second = _second(team)
    text = flowstacks(capsys, "promote", "dev", "main", "etl/**").splitlines()
    assert text[0] == f"dev -> main: etl/** at {second[:12]}"
    written = team.stack_file.read_text()
    assert written.startswith(_released(team.first))
    assert stack_text.pinned(written).holds["etl/**"].commit == second
    assert flowstacks(capsys, "promote", "dev", "main", "etl/**").endswith("nothing to do\n")


def test_what_the_target_holds_apart_stays_and_is_told(team: Team, capsys: Printed) -> None:
    second = _second(team)
    with team.stack_file.open("a") as file:
        file.write(f"  flowstacks:overrides:\n    etl/load/default:\n      commit: {team.first}\n")
    text = flowstacks(capsys, "promote", "dev", "main")
    assert "nothing moves; 2 stay" in text
    assert "stay held apart in main: etl/load/default" in text
    assert stack_text.pinned(team.stack_file.read_text()).holds["etl/load/default"].commit == team.first
    # Nor does a broader pattern reach it; named, it is what is meant.
    assert "main holds everything apart" in flowstacks(capsys, "promote", "dev", "main", "etl", expect=1)
    flowstacks(capsys, "promote", "dev", "main", "etl/load/default")
    assert stack_text.pinned(team.stack_file.read_text()).holds["etl/load/default"].commit == second


def test_what_the_source_holds_apart_is_not_promoted_with_its_release(team: Team, capsys: Printed) -> None:
    second = _second(team)
    third = team.edit_flow("web", 3)
    with (team.root / "Pulumi.dev.yaml").open("a") as file:
        file.write(f"  flowstacks:overrides:\n    web/**: {{commit: {third}}}\n")
    text = flowstacks(capsys, "promote", "dev", "main")
    assert "dev runs something else than its release here, which does not come along: web/**" in text
    assert team.stack_file.read_text() == _released(second)
    # A pattern takes over what runs there, whatever pins it: here two commits, so two overrides.
    flowstacks(capsys, "promote", "dev", "main", "**")
    holds = stack_text.pinned(team.stack_file.read_text()).holds
    assert {pattern: hold.commit for pattern, hold in holds.items()} == {"etl/**": second, "web/**": third}


def test_a_source_that_holds_something_at_head_gives_its_commit(team: Team, capsys: Printed) -> None:
    second = _second(team)
    team.repo.write(
        {"Pulumi.dev.yaml": DEV.format(team.first) + "  flowstacks:overrides:\n    etl/**: {commit: HEAD}\n"}
    )
    flowstacks(capsys, "promote", "dev", "main", "etl/**")
    assert stack_text.pinned(team.stack_file.read_text()).holds["etl/**"].commit == second


def test_a_promotion_may_mend_its_target(team: Team, capsys: Printed) -> None:
    """An override for a flow that only the new commit has."""
    team.repo.write({
        "Pulumi.main.yaml": _released(team.first) + "  flowstacks:overrides:\n    new/x: {paused: true}\n",
    })  # fmt: skip
    _pin_dev(team, team.repo.commit({"flows/new/x.py": FLOW.format(name="x", days=1)}))
    text = flowstacks(capsys, "promote", "dev", "main")
    assert "what moves is not known, main has problems now: Pulumi.main.yaml:8: error:" in text
    assert flowstacks(capsys, "check", "-s", "main")


def test_a_target_whose_overrides_no_longer_fit_is_refused(team: Team, capsys: Printed) -> None:
    team.repo.write({
        "Pulumi.main.yaml": _released(team.first) + "  flowstacks:overrides:\n    etl/load: {paused: true}\n",
    })  # fmt: skip
    before = team.stack_file.read_bytes()
    _pin_dev(team, team.repo.commit({"flows/etl/load.py": FLOW.format(name="other", days=1)}))
    text = flowstacks(capsys, "promote", "dev", "main", expect=1)
    assert "Pulumi.main.yaml:8: error:" in text
    assert team.stack_file.read_bytes() == before


@pytest.mark.parametrize(
    ("pin", "words", "reason"),
    [
        ("worktree", ["dev", "main"], "uncommitted flows"),
        (None, ["dev", "main"], "dev has no release to take over"),
        ("f" * 40, ["dev", "main"], "is not in this clone. Fetch it: git fetch origin fff"),
        ("HEAD", ["dev", "nowhere"], "There is no Pulumi.nowhere.yaml"),
        ("HEAD", ["nowhere", "main"], "There is no Pulumi.nowhere.yaml"),
        ("HEAD", ["dev", "dev"], "can't be promoted into itself"),
        ("HEAD", ["dev", "main", "elt/**"], "dev runs no deployment that 'elt/**' covers. Known are etl/load/default"),
        ("HEAD", ["dev", "main", "--skip", "trnk"], "Did you mean 'trunk'?"),
    ],
)
def test_what_can_not_be_promoted_says_why(
    team: Team, capsys: Printed, pin: str | None, words: list[str], reason: str
) -> None:
    team.repo.write({"Pulumi.dev.yaml": DEV.format(pin) if pin else HEAD_LINES})
    text = flowstacks(capsys, "promote", *words, expect=1)
    assert reason in text
    assert team.stack_file.read_text() == HEAD_LINES


def test_an_unknown_gate_in_the_stack_file_has_its_line(team: Team, capsys: Printed) -> None:
    team.stack_file.write_text(f"{HEAD_LINES}  flowstacks:gates:\n    skip: [trnk]\n")
    text = flowstacks(capsys, "promote", "dev", "main", expect=1)
    assert "Pulumi.main.yaml:5: error: there is no gate 'trnk'. Did you mean 'trunk'?" in text


def test_a_broken_stack_file_is_refused_at_its_line(team: Team, capsys: Printed) -> None:
    team.stack_file.write_text("config:\n  a: b: 1\n")
    assert "Pulumi.main.yaml:2: error:" in flowstacks(capsys, "promote", "dev", "main", expect=1)


def test_a_commit_whose_flows_do_not_parse_is_refused_at_its_line(team: Team, capsys: Printed) -> None:
    _pin_dev(team, team.repo.commit({"flows/etl/load.py": "x = 1\ndef (\n"}))
    text = flowstacks(capsys, "promote", "dev", "main", expect=1)
    assert "flows/etl/load.py:2: error: Python can't parse this file" in text
    assert team.stack_file.read_text() == HEAD_LINES


def test_a_variable_that_hides_the_pins_is_refused(
    team: Team, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(COMMIT, team.first)
    assert f"Run `unset {COMMIT}`" in flowstacks(capsys, "promote", "dev", "main", expect=1)


def test_a_closed_gate_writes_nothing_until_it_is_skipped(team: Team, capsys: Printed) -> None:
    team.repo.git("checkout", "-q", "-b", "feature")
    commit = team.edit_flow()
    _pin_dev(team, commit)
    text = flowstacks(capsys, "promote", "dev", "main", expect=1)
    assert "1 gate is closed" in text
    assert f"commit {commit[:12]} is not on main" in text
    assert "--skip trunk" in text
    assert team.stack_file.read_text() == HEAD_LINES
    main = flowstacks(capsys, "promote", "dev", "main", "--dry-run", expect=1)
    assert "gate is closed" in main
    flowstacks(capsys, "promote", "dev", "main", "--skip", "trunk")
    assert team.stack_file.read_text() == _released(commit)


def test_a_closed_gate_as_json(team: Team, capsys: Printed) -> None:
    team.repo.git("branch", "-q", "-m", "elsewhere")
    document = told(capsys, "promote", "dev", "main", expect=1)
    assert [one["code"] for one in document["problems"]] == ["gate-trunk"]
    assert document["written"] is False


def test_a_dry_run_writes_nothing(team: Team, capsys: Printed) -> None:
    assert "would be edited (--dry-run)" in flowstacks(capsys, "promote", "dev", "main", "--dry-run")
    assert team.stack_file.read_text() == HEAD_LINES


def test_a_shallow_clone_is_refused_with_the_remedy(
    team: Team, capsys: Printed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.edit_flow("web")
    _pin_dev(team, team.edit_flow("etl", 5))
    team.repo.commit({})
    subprocess.run(["git", "clone", "-q", "--depth", "1", team.root.as_uri(), str(tmp_path / "c")], check=True)
    monkeypatch.chdir(tmp_path / "c")
    text = flowstacks(capsys, "promote", "dev", "main", expect=1)
    assert "git fetch" in text
    assert (tmp_path / "c" / "Pulumi.main.yaml").read_text() == HEAD_LINES


COMMANDS = [{"run": ["extract", "--all"], "retries": 2}, {"run": ["load"], "tag": None}]


def test_long_parameters_go_along_and_the_targets_own_are_merged_over_them(team: Team, capsys: Printed) -> None:
    text = (
        "from prefect import flow\n\n"
        f"PARAMETERS = {{'commands': {COMMANDS}, 'tag': 'dev'}}\n"
        "FLOW_SPEC = {'deployments': [{'name': 'all', 'parameters': PARAMETERS}]}\n\n"
        "@flow\ndef build(commands: list[dict], tag: str, server: str = 'a'): ...\n"
    )
    _pin_dev(team, team.repo.commit({"flows/etl/build.py": text}))
    own = '  flowstacks:overrides: {"etl/build/all": {parameters: {tag: "2026.1"}, work_queue_name: default}}\n'
    team.stack_file.write_text(f"{HEAD_LINES}{own}")
    flowstacks(capsys, "promote", "dev", "main")
    parameters = {
        stack: json.loads(str(one.props["parameters"]))
        for stack in ("dev", "main")
        for one in evaluation.run(team.root, "flowstacks", stack).desired.deployments
        if one.address == "etl/build/all"
    }
    assert parameters == {
        "dev": {"commands": COMMANDS, "tag": "dev"}, "main": {"commands": COMMANDS, "tag": "2026.1"},
    }  # fmt: skip
