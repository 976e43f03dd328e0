"""`flowstacks rollback` in real repositories."""

from pathlib import Path

import pytest

from flowstacks.pins import stack_text
from tests.support import promotions
from tests.support.promotions import HEAD_LINES, Team, flowstacks, told

Printed = pytest.CaptureFixture[str]


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> Team:
    """`main` ran the first commit, then the second one."""
    made = Team(tmp_path / "repository")
    promotions.inside(made, monkeypatch)
    flowstacks(capsys, "pin", "main", "HEAD", "--from", "dev")
    made.commit("first release")
    made.edit_flow()
    flowstacks(capsys, "pin", "main", "HEAD", "--from", "dev")
    made.commit("second release")
    return made


def _release(commit: str) -> str:
    return f"{HEAD_LINES}  flowstacks:release:\n    commit: {commit}\n    from: dev\n"


def test_the_previous_release_comes_back_byte_for_byte(team: Team, capsys: Printed) -> None:
    second = team.stack_file.read_text()
    text = flowstacks(capsys, "rollback", "main")
    assert team.stack_file.read_text() == _release(team.first)
    assert ": first release" in text
    assert "1 deployment of 1 project moves: 1 updated; 1 stays" in text
    team.commit("back")
    flowstacks(capsys, "rollback", "main")
    assert team.stack_file.read_text() == second


def test_to_before_the_first_release_would_empty_the_environment(team: Team, capsys: Printed) -> None:
    second = team.stack_file.read_text()
    text = flowstacks(capsys, "rollback", "main", "--to", team.first, expect=1)
    assert "every deployment of the environment would be deleted (2)" in text
    assert team.stack_file.read_text() == second


def test_other_keys_stay_and_those_changed_since_are_listed(team: Team, capsys: Printed) -> None:
    more = "  flowstacks:schedule_policy: none\n  flowstacks:overrides:\n    etl: {env: {A: b}}  # since\n"
    team.stack_file.write_text(f"{team.stack_file.read_text()}{more}", encoding="utf-8")
    team.commit("more")
    document = told(capsys, "rollback", "main")
    assert team.stack_file.read_text() == f"{_release(team.first)}{more}"
    assert document["kept"] == ["flowstacks:overrides.etl", "flowstacks:schedule_policy"]
    team.repo.git("checkout", "-q", ".")
    text = flowstacks(capsys, "rollback", "main")
    assert "kept as it is now: flowstacks:overrides.etl, flowstacks:schedule_policy" in text


def test_holds_come_back_and_go(team: Team, capsys: Printed) -> None:
    second = team.stack_file.read_text()
    held = stack_text.with_hold(second, "etl/load", team.first, None)
    team.stack_file.write_text(held, encoding="utf-8")
    team.commit("hold")
    assert "etl/load: held at" in flowstacks(capsys, "rollback", "main")
    assert team.stack_file.read_text() == second
    team.commit("back")
    flowstacks(capsys, "rollback", "main")
    assert team.stack_file.read_text() == held


def test_uncommitted_edits_are_told_and_kept_but_for_pins(team: Team, capsys: Printed) -> None:
    second = team.stack_file.read_text()
    team.stack_file.write_text(f"{second}  flowstacks:schedule_policy: none\n", encoding="utf-8")
    assert "had uncommitted edits" in flowstacks(capsys, "rollback", "main")
    assert team.stack_file.read_text() == f"{_release(team.first)}  flowstacks:schedule_policy: none\n"


def test_an_uncommitted_promotion_is_undone_by_head(team: Team, capsys: Printed) -> None:
    second = team.stack_file.read_text()
    flowstacks(capsys, "pin", "main", team.first)
    flowstacks(capsys, "rollback", "main", "--to", "HEAD")
    assert team.stack_file.read_text() == second


def test_a_dry_run_writes_nothing(team: Team, capsys: Printed) -> None:
    second = team.stack_file.read_text()
    assert "--dry-run" in flowstacks(capsys, "rollback", "main", "--dry-run")
    assert team.stack_file.read_text() == second


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["main", "--to", "no-such"], "Pass a commit, a branch, a tag"),
        (["mian"], "Did you mean 'main'?"),
        (["dev"], "flowstacks pin dev COMMIT"),
    ],
)
def test_what_cannot_be_put_back_is_refused_with_the_remedy(
    team: Team, capsys: Printed, words: list[str], remedy: str
) -> None:
    second = team.stack_file.read_text()
    assert remedy in flowstacks(capsys, "rollback", *words, expect=1)
    assert team.stack_file.read_text() == second


def test_a_revision_without_the_file_and_a_file_without_a_revision(team: Team, capsys: Printed) -> None:
    (team.root / "Pulumi.qa.yaml").write_text(HEAD_LINES, encoding="utf-8")
    assert "Commit it first" in flowstacks(capsys, "rollback", "qa", expect=1)
    assert "has no Pulumi.qa.yaml" in flowstacks(capsys, "rollback", "qa", "--to", "HEAD", expect=1)


def test_a_broken_revision_is_passed_over_and_refused_by_name(team: Team, capsys: Printed) -> None:
    second = team.stack_file.read_text()
    team.stack_file.write_text("config: [\n", encoding="utf-8")
    broken = team.commit("oops")
    team.stack_file.write_text(second, encoding="utf-8")
    team.commit("mended")
    assert f"of {broken[:12]} can't be read" in flowstacks(capsys, "rollback", "main", "--to", broken, expect=1)
    flowstacks(capsys, "rollback", "main")
    assert team.stack_file.read_text() == _release(team.first)


def test_a_release_that_the_stack_no_longer_fits_is_refused(team: Team, capsys: Printed) -> None:
    more = "  flowstacks:overrides: {etl/extra: {env: {A: b}}}\n"
    team.repo.write({"flows/etl/extra.py": promotions.FLOW.format(name="extra", days=1)})
    third = team.commit("extra")
    flowstacks(capsys, "pin", "main", third)
    team.stack_file.write_text(f"{team.stack_file.read_text()}{more}", encoding="utf-8")
    team.commit("third release")
    now = team.stack_file.read_text()
    assert "Pulumi.main.yaml:6: error: override 'etl/extra'" in flowstacks(capsys, "rollback", "main", expect=1)
    assert team.stack_file.read_text() == now


def test_a_shallow_clone_is_refused_where_it_does_not_know(
    team: Team, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    shallow = tmp_path / "shallow"
    team.repo.git("clone", "-q", "--depth", "1", team.root.as_uri(), str(shallow))
    monkeypatch.chdir(shallow)
    assert "git fetch --unshallow" in flowstacks(capsys, "rollback", "main", expect=1)
