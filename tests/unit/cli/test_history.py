"""`flowstacks history` in real repositories."""

from pathlib import Path

import pytest

from flowstacks.pins import stack_text
from tests.support import promotions
from tests.support.promotions import HEAD_LINES, Team, flowstacks, told

Printed = pytest.CaptureFixture[str]
_A, _B = (f"sha256:{letter * 64}" for letter in "ab")


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    made = Team(tmp_path / "repository")
    promotions.inside(made, monkeypatch)
    return made


def _release(team: Team, commit: str, message: str, origin: str | None = "dev", **images: str) -> str:
    text = stack_text.with_release(team.stack_file.read_text(), commit, origin, images)
    team.stack_file.write_text(text, encoding="utf-8")
    return team.commit(message)


def test_when_who_from_where_and_what_moved(team: Team, capsys: Printed) -> None:
    released = _release(team, team.first, "first release")
    second = team.edit_flow()
    moved = _release(team, second, "second release", "qa")
    document = told(capsys, "history", "main")
    assert (document["complete"], document["uncommitted"]) == (True, False)
    newest, oldest = document["steps"]
    when = team.repo.git("log", "-1", "--format=%aI", moved)
    assert newest == {
        "revision": moved, "when": when, "who": "a", "subject": "second release", "from": "qa",
        "commit": {"before": team.first, "after": second}, "images": {}, "projects": ["etl"], "held": {},
        "unreadable": None,
    }  # fmt: skip
    assert (oldest["revision"], oldest["commit"]) == (released, {"before": None, "after": team.first})
    assert (oldest["from"], oldest["projects"]) == ("dev", ["etl", "web"])
    text = flowstacks(capsys, "history", "main")
    assert f"{team.first[:12]} -> {second[:12]}, from qa; projects moved: etl\n" in text


@pytest.mark.usefixtures("team")
def test_an_environment_that_pinned_nothing(capsys: Printed) -> None:
    assert flowstacks(capsys, "history", "main") == "main: nothing was pinned yet\n"
    assert "Did you mean 'main'?" in flowstacks(capsys, "history", "mian", expect=1)


def test_what_changes_no_pin_is_no_step(team: Team, capsys: Printed) -> None:
    released = _release(team, team.first, "first release")
    text = team.stack_file.read_text()
    team.stack_file.write_text(f"# more\n{text}  flowstacks:schedule_policy: none\n", encoding="utf-8")
    team.commit("policy")
    assert [step["revision"] for step in told(capsys, "history", "main")["steps"]] == [released]


def test_holds_are_steps_too(team: Team, capsys: Printed) -> None:
    _release(team, team.first, "first release")
    text = stack_text.with_hold(team.stack_file.read_text(), "etl/**", team.first, None)
    team.stack_file.write_text(text, encoding="utf-8")
    team.commit("hold")
    newest = told(capsys, "history", "main")["steps"][0]
    assert newest["held"] == {"etl/**": {"before": None, "after": {"commit": team.first, "image": None}}}
    assert newest["projects"] == []
    assert f"etl/**: as the release -> held at {team.first[:12]}\n" in flowstacks(capsys, "history", "main")


def test_an_image_alone_moves_its_project(team: Team, capsys: Printed) -> None:
    _release(team, team.first, "release", etl=_A, **{"etl/gpu": _A, "web": _A})
    _release(team, team.first, "rebuilt", etl=_A, **{"etl/gpu": _B, "web": _A})
    newest = told(capsys, "history", "main")["steps"][0]
    assert newest["images"] == {"etl/gpu": {"before": _A, "after": _B}}
    assert newest["projects"] == ["etl"]


def test_commits_that_git_lacks_leave_images_to_tell(team: Team, capsys: Printed) -> None:
    _release(team, "c" * 40, "elsewhere", etl=_A)
    _release(team, "d" * 40, "elsewhere too", etl=_B)
    _release(team, "e" * 40, "nothing to tell by", etl=_B)
    steps = told(capsys, "history", "main")["steps"]
    assert [step["projects"] for step in steps] == [None, ["etl"], ["etl"]]
    assert "projects moved: not known" in flowstacks(capsys, "history", "main")


def test_a_merge_is_when_it_arrived(team: Team, capsys: Printed) -> None:
    team.repo.git("checkout", "-q", "-b", "promotion")
    _release(team, team.first, "promote")
    team.repo.git("checkout", "-q", "main")
    team.edit_flow("web")
    team.repo.git("merge", "-q", "--no-ff", "-m", "Merge promotion", "promotion")
    (step,) = told(capsys, "history", "main")["steps"]
    assert (step["revision"], step["subject"]) == (team.repo.git("rev-parse", "HEAD"), "Merge promotion")


def test_the_last_few(team: Team, capsys: Printed) -> None:
    revisions = [_release(team, commit * 40, f"to {commit}") for commit in "abcde"]
    steps = told(capsys, "history", "main", "--limit", "2")["steps"]
    assert [step["revision"] for step in steps] == [revisions[4], revisions[3]]
    assert steps[1]["commit"] == {"before": "c" * 40, "after": "d" * 40}
    with pytest.raises(SystemExit):
        flowstacks(capsys, "history", "main", "--limit", "0")


def test_a_revision_that_is_no_yaml_is_told_and_passed_over(team: Team, capsys: Printed) -> None:
    _release(team, "a" * 40, "first")
    text = team.stack_file.read_text()
    team.stack_file.write_text("config: [\n", encoding="utf-8")
    broken = team.commit("oops")
    team.stack_file.write_text(text, encoding="utf-8")
    team.commit("mended")
    _release(team, "b" * 40, "second")
    steps = told(capsys, "history", "main")["steps"]
    assert [(step["subject"], step["commit"]["after"]) for step in steps] == [
        ("second", "b" * 40), ("oops", "a" * 40), ("first", "a" * 40),
    ]  # fmt: skip
    assert "Mend the YAML" in steps[1]["unreadable"]
    assert steps[1]["revision"] == broken
    assert "can't be read: line 2" in flowstacks(capsys, "history", "main")


def test_an_edit_that_is_not_committed_is_told(team: Team, capsys: Printed) -> None:
    _release(team, "a" * 40, "first")
    team.stack_file.write_text(team.stack_file.read_text().replace("a" * 40, "b" * 40), encoding="utf-8")
    assert told(capsys, "history", "main")["uncommitted"] is True
    assert flowstacks(capsys, "history", "main").startswith("not committed: Pulumi.main.yaml")


def test_a_shallow_clone_says_where_it_ends(
    team: Team, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    _release(team, team.first, "first release")
    newest = _release(team, team.edit_flow(), "second release")
    shallow = tmp_path / "shallow"
    team.repo.git("clone", "-q", "--depth", "3", team.root.as_uri(), str(shallow))
    monkeypatch.chdir(shallow)
    document = told(capsys, "history", "main")
    assert document["complete"] is False
    assert [(step["revision"], step["commit"]["before"]) for step in document["steps"]] == [(newest, team.first)]
    assert "git fetch --unshallow" in flowstacks(capsys, "history", "main")


def test_a_file_that_went_and_came_back(team: Team, capsys: Printed) -> None:
    _release(team, team.first, "first")
    text = team.stack_file.read_text()
    team.repo.commit({"Pulumi.main.yaml": None}, "gone")
    team.repo.commit({"Pulumi.main.yaml": text}, "back")
    steps = told(capsys, "history", "main")["steps"]
    assert [step["subject"] for step in steps] == ["back", "gone", "first"]
    assert steps[1]["projects"] == ["etl", "web"]


def test_the_first_file_may_hold_a_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    team = Team(tmp_path / "repository", f"{HEAD_LINES}  flowstacks:release: {{commit: HEAD}}\n")
    promotions.inside(team, monkeypatch)
    (step,) = told(capsys, "history", "main")["steps"]
    assert (step["commit"]["after"], step["projects"]) == ("HEAD", None)
