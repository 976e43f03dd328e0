"""`flowstacks pin` in real repositories."""

import subprocess
from pathlib import Path

import pytest

from tests.support import promotions, registry
from tests.support.promotions import HEAD_LINES, Team, flowstacks, told

Printed = pytest.CaptureFixture[str]


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    made = Team(tmp_path / "repository")
    promotions.inside(made, monkeypatch)
    return made


def _pinned(commit: str, origin: str = "") -> str:
    return f"{HEAD_LINES}  flowstacks:release:\n    commit: {commit}\n{origin}"


def test_a_first_pin_says_what_moves_and_writes_the_release_alone(team: Team, capsys: Printed) -> None:
    text = flowstacks(capsys, "pin", "main", "HEAD", "--from", "dev")
    assert team.stack_file.read_text() == _pinned(team.first, "    from: dev\n")
    assert f"main: commit nothing -> {team.first[:12]}" in text
    assert "2 deployments of 2 projects move: 2 created; 0 stay" in text
    assert "pulumi up -s main" in text
    assert team.repo.git("diff", "--stat").endswith("3 insertions(+)")


def test_the_next_pin_moves_what_changed(team: Team, capsys: Printed) -> None:
    flowstacks(capsys, "pin", "main", team.first)
    second = team.edit_flow()
    document = told(capsys, "pin", "main", "main~0")
    assert document["commit"] == {"before": team.first, "after": second}
    assert [one["address"] for one in document["plan"]["deployments"]] == ["etl/load/default"]
    assert document["plan"]["counts"]["unchanged"] == 1
    assert document["written"] is True
    assert team.stack_file.read_text() == _pinned(second)


def test_a_pin_that_is_there_already_writes_nothing(team: Team, capsys: Printed) -> None:
    flowstacks(capsys, "pin", "main", "HEAD")
    before = team.stack_file.stat()
    text = flowstacks(capsys, "pin", "main", team.first)
    assert "has these pins already" in text
    assert team.stack_file.stat().st_mtime_ns == before.st_mtime_ns


def test_a_dry_run_writes_nothing(team: Team, capsys: Printed) -> None:
    assert "not written (--dry-run)" in flowstacks(capsys, "pin", "main", "HEAD", "--dry-run")
    assert told(capsys, "pin", "main", "HEAD", "--dry-run")["written"] is False
    assert team.stack_file.read_text() == HEAD_LINES


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["main", "0" * 40], f"git fetch origin {'0' * 40}"),
        (["main", "no-such"], "Pass a commit, a branch, a tag"),
        (["main", "worktree"], "Commit them, and pin HEAD"),
        (["mian", "HEAD"], "Did you mean 'main'?"),
        (["main", "HEAD", "--from", "dve"], "Did you mean 'dev'?"),
    ],
)
def test_what_cannot_be_pinned_is_refused_with_the_remedy(
    team: Team, capsys: Printed, words: list[str], remedy: str
) -> None:
    assert remedy in flowstacks(capsys, "pin", *words, expect=1)
    assert team.stack_file.read_text() == HEAD_LINES


def test_a_commit_whose_flows_no_longer_parse_is_refused(team: Team, capsys: Printed) -> None:
    team.repo.commit({"flows/etl/load.py": "from prefect import flow\n\n@flow\ndef load(:\n"})
    text = flowstacks(capsys, "pin", "main", "HEAD", expect=1)
    assert "flows/etl/load.py:4: error: Python can't parse this file" in text
    assert team.stack_file.read_text() == HEAD_LINES


def test_a_commit_that_would_empty_a_project_is_refused(team: Team, capsys: Printed) -> None:
    flowstacks(capsys, "pin", "main", "HEAD")
    team.repo.commit({"flows/etl/load.py": "def load(): ...\n"})
    text = flowstacks(capsys, "pin", "main", "HEAD", expect=1)
    assert "would delete every deployment of project 'etl' (1), though flows/etl is still there" in text
    assert team.stack_file.read_text() == _pinned(team.first)


def test_a_shallow_clone_is_refused_with_the_remedy(
    team: Team, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.edit_flow()
    shallow = tmp_path / "shallow"
    team.repo.git("clone", "-q", "--depth", "1", team.root.as_uri(), str(shallow))
    monkeypatch.chdir(shallow)
    assert "git fetch --unshallow" in flowstacks(capsys, "pin", "main", "HEAD", expect=1)
    assert f"git fetch origin {team.first}" in flowstacks(capsys, "pin", "main", team.first, expect=1)
    assert (shallow / "Pulumi.main.yaml").read_text() == HEAD_LINES


def test_a_broken_stack_file_is_named_with_its_line(team: Team, capsys: Printed) -> None:
    team.stack_file.write_text(f"{HEAD_LINES}  flowstacks:release: [\n", encoding="utf-8")
    assert "Pulumi.main.yaml:5: error" in flowstacks(capsys, "pin", "main", "HEAD", expect=1)


def test_a_stack_with_problems_of_its_own_can_be_mended_by_a_pin(team: Team, capsys: Printed) -> None:
    team.stack_file.write_text(_pinned("f" * 40), encoding="utf-8")
    text = flowstacks(capsys, "pin", "main", "HEAD")
    assert f"what moves is not known, the stack has problems now: Pulumi.main.yaml:5: error: commit {'f' * 40}" in text
    assert team.stack_file.read_text() == _pinned(team.first)


def test_a_variable_that_hides_the_pin_is_refused(team: Team, capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWSTACKS_COMMIT", team.first)
    assert "unset FLOWSTACKS_COMMIT" in flowstacks(capsys, "pin", "main", "HEAD", expect=1)


def test_what_the_checkout_holds_besides_has_no_say(team: Team, capsys: Printed) -> None:
    team.edit_flow()
    (team.root / "flows/etl/load.py").write_text("not python (", encoding="utf-8")
    (team.root / "flows/web/more.py").write_text(promotions.FLOW.format(name="more", days=1), encoding="utf-8")
    document = told(capsys, "pin", "main", team.first)
    assert [one["address"] for one in document["plan"]["deployments"]] == ["etl/load/default", "web/crawl/default"]


_NO_AWS = "http://127.0.0.1:9"
_ECS = "config:\n  aws:region: eu-central-1\n  flowstacks:runtime: ecs\n"


def test_on_ecs_images_are_found_by_their_content(
    tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with registry.running(tmp_path / "registry") as url:
        team = Team(tmp_path / "repository", _ECS)
        promotions.inside(team, monkeypatch, {"FLOWSTACKS_REGISTRY": url, "AWS_ENDPOINT_URL": _NO_AWS})
        assert f"flowstacks build main etl --commit {team.first}" in flowstacks(capsys, "pin", "main", "HEAD", expect=1)
        assert team.stack_file.read_text() == _ECS
        keys = {one["name"]: one["tree_key"] for one in told(capsys, "discover")["projects"]}
        digests = {
            name: registry.push(url, f"flowstacks-main:tree-{key}", tmp_path / name, name) for name, key in keys.items()
        }
        document = told(capsys, "pin", "main", "HEAD", "--from", "dev")
        assert document["images"] == digests
        assert team.stack_file.read_text() == (
            f"{_ECS}  flowstacks:release:\n    commit: {team.first}\n    from: dev\n    images:\n"
            f"      etl: {digests['etl']}\n      web: {digests['web']}\n"
        )


def test_pins_of_ours_and_of_the_engine_are_the_same(team: Team, capsys: Printed, engine: Path, tmp_path: Path) -> None:
    pulumi = _Pulumi(engine, team.root, tmp_path)
    pulumi("stack", "init", "main")
    flowstacks(capsys, "pin", "main", "HEAD", "--from", "dev")
    assert pulumi("config", "get", "--path", "flowstacks:release.commit") == team.first
    second = team.edit_flow()
    pulumi("config", "set", "--path", "flowstacks:release.commit", second)
    assert "has these pins already" in flowstacks(capsys, "pin", "main", "HEAD", "--from", "dev")
    third = team.edit_flow(days=3)
    before = team.stack_file.read_text()
    flowstacks(capsys, "pin", "main", "HEAD", "--from", "dev")
    assert team.stack_file.read_text() == before.replace(second, third)
    assert pulumi("config", "get", "--path", "flowstacks:release.commit") == third


class _Pulumi:
    """The engine on a state of its own."""

    def __init__(self, engine: Path, root: Path, home: Path) -> None:
        self._engine = engine
        self._root = root
        self._env = {
            "PATH": f"{engine.parent}:/usr/bin:/bin", "HOME": str(home), "PULUMI_CONFIG_PASSPHRASE": "x",
            "PULUMI_BACKEND_URL": f"file://{home}", "PULUMI_SKIP_UPDATE_CHECK": "1",
        }  # fmt: skip

    def __call__(self, *words: str) -> str:
        stack = () if words[:2] == ("stack", "init") else ("-s", "main")
        done = subprocess.run(
            [str(self._engine), *words, *stack, "--non-interactive"], cwd=self._root, check=False, env=self._env,
            capture_output=True, text=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()
