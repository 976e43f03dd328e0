import json
from collections.abc import Callable
from typing import Any

import pytest

from flowstacks.cli import entry
from tests.support.discovery_repo import Repo

FLOW = "from prefect import flow\n@flow\ndef load(): ...\n"


def project(version: str | None, folder: str = "etl", code: str = FLOW) -> dict[str, str]:
    version_line = f"version = {version}\n" if version is not None else ""
    return {
        f"flows/{folder}/load.py": code,
        f"flows/{folder}/pyproject.toml": f'[project]\nname = "{folder}"\n{version_line}',
    }


Check = Callable[[str], tuple[int, Any]]


@pytest.fixture
def checked(repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Exit code and JSON of the verb."""
    monkeypatch.chdir(repo.root)

    def check(against: str) -> tuple[int, Any]:
        code = entry.main(["version-check", "--against", against, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return check


@pytest.mark.parametrize(
    ("before", "after", "is_fine"),
    [
        ('"1.2.0"', '"1.2.1"', True),
        ('"1.2.0"', '"1.2.0"', False),
        ('"1.2.0"', '"1.1.9"', False),
        ('"1.9"', '"1.10"', True),
        ('"1.0"', '"1.0.0"', False),
        ('"1.0rc1"', '"1.0"', True),
        ('"1.0"', '"1.0rc1"', False),
        ('"1.0"', '"1.0.post1"', True),
        ('"9.0"', '"1!1.0"', True),
        (None, None, False),
        (None, '"0.0.1"', True),
        ('"not a version"', '"0.0.0"', True),
        ('"1.0"', '"1.0.x"', False),
        ('"1.0"', "7", False),
    ],
)
def test_a_changed_project_needs_a_greater_version(
    repo: Repo,
    before: str | None,
    after: str | None,
    is_fine: bool,
    checked: Check,
) -> None:
    repo.commit(project(before))
    repo.git("branch", "trunk")
    repo.commit(project(after, code=FLOW + "# changed\n"))
    code, answer = checked("trunk")
    assert (code == 0) == is_fine
    assert [row["name"] for row in answer["projects"]] == ["etl"]
    where = {(row["file"], row["line"]) for row in answer["problems"]}
    line = 3 if after is not None else 1
    assert where == (set() if is_fine else {("flows/etl/pyproject.toml", line)})
    assert all(row["remedy"] for row in answer["problems"])


def test_only_projects_that_changed_are_asked(repo: Repo, checked: Check) -> None:
    repo.commit({**project('"1.0"'), **project('"2.0"', "reports"), **project('"3.0"', "gone")})
    repo.git("branch", "trunk")
    repo.commit({"README.md": "edited", "flows/gone/load.py": None, "flows/gone/pyproject.toml": None})
    repo.commit(project('"0.0.0"', "brandnew"))
    code, answer = checked("trunk")
    assert (code, answer["problems"]) == (0, [])
    assert [(row["name"], row["before"], row["after"]) for row in answer["projects"]] == [
        ("brandnew", None, "0.0.0"),
        ("gone", "3.0", None),
    ]


def test_a_shared_path_is_part_of_the_project(repo: Repo, checked: Check) -> None:
    toml = '[project]\nversion = "1.0"\n[tool.flowstacks]\nshared = ["lib"]\n'
    repo.commit({"flows/etl/load.py": FLOW, "flows/etl/pyproject.toml": toml, "lib/a.py": "A = 1\n"})
    repo.git("branch", "trunk")
    repo.commit({"lib/a.py": "A = 2\n"})
    code, answer = checked("trunk")
    assert code == 1
    assert [(row["code"], row["line"]) for row in answer["problems"]] == [("version-not-raised", 2)]
    assert '"1.0.1"' in answer["problems"][0]["remedy"]


def test_the_merge_base_counts_not_the_tip(repo: Repo, checked: Check) -> None:
    repo.commit(project('"1.0"'))
    repo.git("switch", "-q", "-c", "feature")
    repo.commit(project('"1.1"', code=FLOW + "# feature\n"))
    repo.git("switch", "-q", "main")
    repo.commit(project('"2.0"', code=FLOW + "# trunk\n"))
    repo.git("switch", "-q", "feature")
    assert checked("main")[0] == 0


def test_what_git_does_not_know_is_a_problem_and_no_ref_is_usage(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.commit(project('"1.0"'))
    monkeypatch.chdir(repo.root)
    assert entry.main(["version-check", "--against", "nowhere"]) == 1
    assert "'nowhere' names no commit" in capsys.readouterr().err
    repo.git("checkout", "-q", "--orphan", "apart")
    repo.commit({}, "apart")
    assert entry.main(["version-check", "--against", "main"]) == 1
    assert "git fetch --unshallow" in capsys.readouterr().err
    with pytest.raises(SystemExit) as usage:
        entry.main(["version-check"])
    assert usage.value.code == 2
