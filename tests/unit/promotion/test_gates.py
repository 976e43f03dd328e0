"""Gates of a promotion, in real repositories; those that ask servers with what these would have answered."""

import dataclasses
from pathlib import Path

import pytest

from flowstacks.core.errors import FlowstacksError, RejectedError
from flowstacks.promotion import gates, preparation
from flowstacks.promotion.environment_state import Content, EnvironmentState
from flowstacks.promotion.gates import GateRequest
from flowstacks.promotion.preparation import Promotion
from flowstacks.provider.prefect.flow_runs import FlowRunAnswer
from tests.support import promotions
from tests.support.promotions import HEAD_LINES, Team

DEV = "config:\n  flowstacks:runtime: process\n  flowstacks:release: {{commit: {}}}\n"
LOAD = "etl/load/default"


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    made = Team(tmp_path / "repository")
    promotions.inside(made, monkeypatch)
    return made


def _promotion(team: Team, commit: str, more: str = "") -> Promotion:
    """Of `commit` into `main`, which runs the first one."""
    team.repo.write({
        "Pulumi.dev.yaml": DEV.format(commit),
        "Pulumi.main.yaml": f"{HEAD_LINES}  flowstacks:release: {{commit: {team.first}}}\n{more}",
    })  # fmt: skip
    return preparation.prepare(team.root, "flowstacks", "dev", "main", [])


def _closed(
    team: Team, promotion: Promotion, state: EnvironmentState | None = None, *, green: bool = False
) -> list[str]:
    found = gates.check(GateRequest(root=team.root, promotion=promotion, state=state), [], green=green)
    return [str(one) for one in found]


def _standing(promotion: Promotion, **changed: Content | None) -> EnvironmentState:
    """Everything as pinned, `changed` apart, and no run."""
    pinned = {
        one.address: Content(commit=one.project.commit, digest=None) for one in promotion.source_desired.deployments
    }
    there = {**pinned, **changed}
    versions = {one.address: str(one.props["version"]) for one in promotion.source_desired.deployments}
    return EnvironmentState(
        pinned=pinned, deployed={key: one for key, one in there.items() if one}, versions=versions, runs={}
    )


def test_a_commit_on_the_trunk_passes(team: Team) -> None:
    assert _closed(team, _promotion(team, team.edit_flow())) == []


def test_a_commit_that_was_never_merged_does_not(team: Team) -> None:
    team.repo.git("checkout", "-q", "-b", "feature")
    commit = team.edit_flow()
    (told,) = _closed(team, _promotion(team, commit))
    assert told == (
        f"Pulumi.main.yaml:4: error: commit {commit[:12]} is not on main. Merge it and `git fetch`; or set "
        "flowstacks:gates.trunk, main now; or pass with `--skip trunk`"
    )


def test_the_trunk_can_be_another_branch_by_either_key(team: Team) -> None:
    team.repo.git("checkout", "-q", "-b", "develop")
    commit = team.edit_flow()
    assert _closed(team, _promotion(team, commit, "  flowstacks:gates: {trunk: develop}\n")) == []
    repository = "  flowstacks:repository: {url: 'https://git.test/x', branch: develop}\n"
    assert _closed(team, _promotion(team, commit, repository)) == []


def test_the_remote_has_the_say_on_the_trunk(team: Team, tmp_path: Path) -> None:
    """A local `main` may hold what nobody else has."""
    upstream = tmp_path / "upstream.git"
    team.repo.git("clone", "-q", "--bare", str(team.root), str(upstream))
    team.repo.git("remote", "add", "origin", str(upstream))
    team.repo.git("fetch", "-q", "origin")
    commit = team.edit_flow()
    (told,) = _closed(team, _promotion(team, commit))
    assert f"commit {commit[:12]} is not on origin/main" in told
    team.repo.git("push", "-q", "origin", "main")
    assert _closed(team, _promotion(team, commit)) == []


def test_where_no_trunk_is_known_the_remedy_is_to_name_one(team: Team) -> None:
    team.repo.git("branch", "-q", "-m", "work")
    (told,) = _closed(team, _promotion(team, team.edit_flow()))
    assert "no trunk is known here. Set flowstacks:gates.trunk" in told
    (told,) = _closed(team, _promotion(team, team.first, "  flowstacks:gates: {trunk: nothing}\n"))
    assert "no trunk is known here" in told


def test_a_gate_that_the_stack_file_skips_is_not_asked(team: Team) -> None:
    team.repo.git("checkout", "-q", "-b", "feature")
    assert _closed(team, _promotion(team, team.edit_flow(), "  flowstacks:gates: {skip: [trunk]}\n")) == []


def test_every_held_commit_is_asked_for(team: Team) -> None:
    team.repo.git("checkout", "-q", "-b", "feature")
    commit = team.edit_flow()
    _promotion(team, commit)
    held = preparation.prepare(team.root, "flowstacks", "dev", "main", ["etl"])
    (told,) = _closed(team, held)
    assert f"commit {commit[:12]} is not on main" in told


def test_a_pin_that_empties_a_project_is_refused(team: Team) -> None:
    commit = team.repo.commit({"flows/etl/load.py": None, "flows/etl/note.py": "x = 1\n"})
    (told,) = _closed(team, _promotion(team, commit))
    assert "this would delete every deployment of project 'etl' (1), though flows/etl is still there" in told
    switched_off = '  flowstacks:overrides: {"etl/**": {deployed: false}}\n'
    assert _closed(team, _promotion(team, commit, switched_off)) == []


def test_a_project_whose_folder_is_gone_may_go(team: Team) -> None:
    assert _closed(team, _promotion(team, team.repo.commit({"flows/etl/load.py": None}))) == []


def _behind(team: Team, promotion: Promotion, **deployed: Content | None) -> list[str]:
    return [told for told in _closed(team, promotion, _standing(promotion, **deployed)) if "does not run" in told]


def test_what_the_source_pins_must_have_been_applied(team: Team) -> None:
    promotion = _promotion(team, team.edit_flow())
    assert _behind(team, promotion) == []
    (told,) = _behind(team, promotion, **{LOAD: Content(commit=team.first, digest=None)})
    assert f"dev does not run what it pins: {LOAD}. Run `pulumi up -s dev` and try it there first" in told
    assert "--skip applied" in told
    assert _behind(team, promotion, **{LOAD: None})
    # What does not move is not asked about.
    assert _behind(team, promotion, **{"web/crawl/default": None}) == []


def test_a_deletion_must_have_been_applied_too(team: Team) -> None:
    promotion = _promotion(team, team.repo.commit({"flows/etl/load.py": None}))
    assert _behind(team, promotion) == []
    assert _behind(team, promotion, **{LOAD: Content(commit=team.first, digest=None)})


def test_another_digest_has_not_been_applied(team: Team) -> None:
    commit = team.edit_flow()
    promotion = _promotion(team, commit)
    pinned = _standing(promotion)
    asked = dataclasses.replace(
        pinned,
        pinned={**pinned.pinned, LOAD: Content(commit=commit, digest="sha256:a")},
        deployed={**pinned.deployed, LOAD: Content(commit=commit, digest="sha256:b")},
    )
    assert asked.not_applied({LOAD}, set()) == [LOAD]
    assert dataclasses.replace(asked, deployed=asked.pinned).not_applied({LOAD}, set()) == []


@pytest.mark.parametrize(
    ("state", "version", "why"),
    [
        (None, None, "has never run to an end there"),
        ("FAILED", None, "its last run there, x, ended FAILED"),
        ("COMPLETED", "older", "its last run was of older"),
        ("COMPLETED", None, None),
    ],
)
def test_the_last_run_of_what_moves_must_have_succeeded(
    team: Team, state: str | None, version: str | None, why: str | None
) -> None:
    promotion = _promotion(team, team.edit_flow())
    standing = _standing(promotion)
    run = {"name": "x", "state_type": state, "deployment_version": version or standing.versions[LOAD]}
    last = FlowRunAnswer.model_validate(run) if state else None
    told = _closed(team, promotion, dataclasses.replace(standing, runs={LOAD: last} if last else {}), green=True)
    if why is None:
        assert told == []
    else:
        assert why in told[0]
        assert (
            f"[{LOAD}]. Run it there: `flowstacks run {LOAD} --stack dev --wait`; or pass with `--skip green`"
            in told[0]
        )
    assert len(told) == (why is not None)
    # Not asked unless wanted.
    assert _closed(team, promotion, standing) == []


def test_green_can_be_the_rule_of_an_environment_and_needs_its_server(team: Team) -> None:
    (told,) = _closed(team, _promotion(team, team.edit_flow(), "  flowstacks:gates: {green: true}\n"))
    assert "runs can be judged only by asking the source's server. Add --check" in told


def test_an_unknown_gate_is_refused_with_the_closest(team: Team) -> None:
    config = _promotion(team, team.first, "  flowstacks:gates: {skip: [gren]}\n").target
    with pytest.raises(FlowstacksError, match=r"no gate 'aplied'\. Did you mean 'applied'"):
        gates.refuse_unknown(team.root, config, ["aplied"])
    with pytest.raises(RejectedError, match=r"Pulumi.main.yaml:5: error: there is no gate 'gren'"):
        gates.refuse_unknown(team.root, config, [])
