"""`flowstacks diff` on real repositories."""

import json
from pathlib import Path
from typing import Any

import pytest

from flowstacks.cli import entry
from flowstacks.stack.release import COMMIT
from tests.support import flows
from tests.support.discovery_repo import Repo

DIGESTS = ["sha256:" + digit * 64 for digit in "12"]
API = "http://127.0.0.1:4200/api"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """One flow in each of two projects."""
    monkeypatch.setenv("PREFECT_API_URL", API)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    repo = Repo(tmp_path / "repository")
    monkeypatch.chdir(repo.root)
    repo.commit(
        {
            "Pulumi.yaml": "name: flowstacks\nruntime: python\n",
            "flows/etl/load.py": flows.declared("load", {"name": "daily", "cron": "0 4 * * *"}),
            "flows/web/page.py": flows.declared("page", {"name": "daily"}),
        }
    )
    return repo


def _configure(repo: Repo, stack: str, config: dict[str, Any]) -> None:
    config = {"runtime": "process", **config}
    lines = [f"  flowstacks:{key}: {json.dumps(value)}" for key, value in config.items()]
    text = "\n".join(["config:", "  aws:region: eu-central-1", *lines, ""])
    (repo.root / f"Pulumi.{stack}.yaml").write_text(text, encoding="utf-8")


def _pin(repo: Repo, **commits: str) -> None:
    for stack, commit in commits.items():
        _configure(repo, stack, {"release": {"commit": commit}})


def _edited(repo: Repo) -> tuple[str, str]:
    """Commits before and after an edit of one project."""
    before = repo.git("rev-parse", "HEAD")
    edited = flows.declared("load", {"name": "daily", "cron": "0 5 * * *", "parameters": {"days": 2}}, {"name": "more"})
    return before, repo.commit({"flows/etl/load.py": edited})


def test_it_shows_what_the_source_has_deployment_by_deployment(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = _edited(repo)
    _pin(repo, staging=after, main=before)
    assert entry.main(["diff", "staging", "main"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"staging -> main: commit {before[:12]} -> {after[:12]}",
        f"etl  commit {before[:12]} -> {after[:12]}",
        "  ~ etl/load/daily",
        "      parameter days added: 2",
        "      schedule schedule-1 cron 0 4 * * * -> 0 5 * * *",
        "  + etl/load/more",
        "2 deployments of 1 project move: 1 created, 1 updated; 1 stays",
        "scheduled runs: planned anew for 1 deployment",
    ]


def test_nothing_to_move_is_one_line(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    commit = repo.git("rev-parse", "HEAD")
    _pin(repo, staging=commit, main=commit)
    assert entry.main(["diff", "staging", "main", "--exit-code"]) == 0
    assert capsys.readouterr().out == "staging -> main: nothing moves; 2 stay\n"


def test_a_commit_that_touches_no_project_moves_nothing(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    before = repo.git("rev-parse", "HEAD")
    _pin(repo, staging=repo.commit({"README.md": "more"}), main=before)
    assert entry.main(["diff", "staging", "main", "--exit-code"]) == 0
    assert capsys.readouterr().out == "staging -> main: nothing moves; 2 stay\n"


def test_a_dirty_or_newer_checkout_has_no_influence(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = _edited(repo)
    _pin(repo, staging=after, main=before)
    entry.main(["diff", "staging", "main"])
    told = capsys.readouterr().out
    repo.commit({"flows/etl/load.py": None, "flows/new/x.py": flows.BARE})
    repo.write({"flows/web/page.py": "not python (", "flows/etl/other.py": flows.BARE})
    entry.main(["diff", "staging", "main"])
    assert capsys.readouterr().out == told


def test_head_stands_for_its_commit(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = _edited(repo)
    _pin(repo, dev="HEAD", main=before)
    assert entry.main(["diff", "dev", "main", "--json", "--exit-code"]) == 3
    document = json.loads(capsys.readouterr().out)
    assert document["commit"] == {"before": before, "after": after}
    assert (document["source"], document["target"], document["disturbed_runs"]) == ("dev", "main", None)
    assert document["operations"] == {"Deployment load/daily--main": "update", "Deployment load/more--main": "create"}


def test_patterns_choose(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = _edited(repo)
    _pin(repo, staging=after, main=before)
    assert entry.main(["diff", "staging", "main", "etl/load/more", "--json"]) == 0
    assert [one["address"] for one in json.loads(capsys.readouterr().out)["deployments"]] == ["etl/load/more"]
    assert entry.main(["diff", "staging", "main", "web/**", "--exit-code"]) == 0


def test_a_pattern_that_covers_nothing_is_an_error(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = _edited(repo)
    _pin(repo, staging=after, main=before)
    assert entry.main(["diff", "staging", "main", "web/**", "etl/laod"]) == 1
    assert capsys.readouterr().err.startswith("No deployment of either environment is at 'etl/laod'. Did you mean")


def test_a_variable_that_hides_the_pins_is_refused(
    repo: Repo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = _edited(repo)
    _pin(repo, staging=after, main=before)
    monkeypatch.setenv(COMMIT, before)
    assert entry.main(["diff", "staging", "main"]) == 1
    assert "unset FLOWSTACKS_COMMIT" in capsys.readouterr().err


def test_the_targets_own_settings_stay_and_what_is_held_is_told(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = _edited(repo)
    _configure(repo, "staging", {"release": {"commit": after}, "overrides": {"etl": {"env": {"A": "staging"}}}})
    own = {"etl": {"env": {"A": "main"}}, "etl/load/daily": {"commit": before}}
    _configure(repo, "main", {"release": {"commit": before}, "overrides": own})
    assert entry.main(["diff", "staging", "main"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[1:] == [
        "etl",
        "  + etl/load/more",
        "1 deployment of 1 project moves: 1 created; 2 stay",
        f"held apart: etl/load/daily (commit {before[:12]})",
    ]


def test_a_first_release_is_all_created(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    commit = repo.git("rev-parse", "HEAD")
    _pin(repo, staging=commit)
    _configure(repo, "main", {})
    assert entry.main(["diff", "staging", "main"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"staging -> main: commit none -> {commit[:12]}"
    assert told[-1] == "2 deployments of 2 projects move: 2 created; 0 stay"


def test_on_ecs_the_digests_of_the_source_are_taken_over(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    commit = repo.git("rev-parse", "HEAD")
    for stack, digest in zip(("staging", "main"), DIGESTS, strict=True):
        release = {"commit": commit, "images": {"etl": digest, "web": DIGESTS[0]}}
        _configure(repo, stack, {"runtime": "ecs", "release": release})
    assert entry.main(["diff", "staging", "main"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "etl",
        "  image etl: sha256:222222222222 -> sha256:111111111111",
        "  task definition etl: new revision (image sha256:222222222222 -> sha256:111111111111)",
        "  ~ etl/load/daily",
        "1 deployment of 1 project moves: 1 updated; 1 stays",
        "scheduled runs: planned anew for 1 deployment",
    ]


@pytest.mark.parametrize(
    ("pins", "arguments", "told"),
    [
        ({"main": ""}, ["nowhere", "main"], "There is no Pulumi.nowhere.yaml"),
        ({"dev": "worktree", "main": ""}, ["dev", "main"], "uncommitted flows"),
        ({"main": "", "dev": None}, ["dev", "main"], "dev has no release"),
        ({"dev": "0" * 40, "main": ""}, ["dev", "main"], "000000"),
    ],
)
def test_what_can_not_be_compared_is_an_error_with_its_reason(
    repo: Repo, capsys: pytest.CaptureFixture[str], pins: dict[str, str | None], arguments: list[str], told: str
) -> None:
    commit = repo.git("rev-parse", "HEAD")
    for stack, pin in pins.items():
        _configure(repo, stack, {} if pin is None else {"release": {"commit": pin or commit}})
    assert entry.main(["diff", *arguments]) == 1
    assert told in capsys.readouterr().err


def test_a_commit_whose_flows_do_not_parse_is_refused_at_its_line(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    before = repo.git("rev-parse", "HEAD")
    _pin(repo, staging=repo.commit({"flows/etl/load.py": "x = 1\ndef (\n"}), main=before)
    assert entry.main(["diff", "staging", "main"]) == 1
    assert "flows/etl/load.py:2: error: Python can't parse this file" in capsys.readouterr().err
