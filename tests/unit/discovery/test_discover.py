import json
import pathlib
import subprocess
import sys
import tempfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowstacks.core import errors
from flowstacks.discovery import discovery
from flowstacks.discovery.manifest import Manifest
from tests.support.discovery_repo import Repo

FLOW = "from prefect import flow\n@flow\ndef load(days: int = 1): ...\n"


def brief(repo: Repo, rev: str = "HEAD", sources: list[str] | None = None) -> list[str]:
    _, problems = discovery.discover(repo.root, rev, sources)
    return [f"{problem.file}:{problem.line} {problem.severity} {problem.code}" for problem in problems]


def commits(repo: Repo, rev: str = "HEAD") -> dict[str, str]:
    manifest, _ = discovery.discover(repo.root, rev)
    return {project.name: project.commit for project in manifest.projects}


def shared(*paths: str) -> str:
    return f"[tool.flowstacks]\nshared = {json.dumps(paths)}\n"


def test_a_bare_flow_whole(repo: Repo) -> None:
    commit = repo.commit({"flows/etl/load.py": FLOW})
    manifest, problems = discovery.discover(repo.root, "HEAD")
    assert problems == []
    assert manifest.commit == commit
    (project,) = manifest.projects
    assert (project.name, project.path, project.commit, len(project.tree_key)) == ("etl", "flows/etl", commit, 64)
    (flow,) = manifest.flows
    assert (flow.entrypoint, flow.line, flow.declared_by) == ("flows/etl/load.py:load", 3, "bare")
    (deployment,) = flow.deployments
    assert (deployment.address, deployment.is_default, deployment.line) == ("etl/load/default", True, 3)


def test_a_past_commit_is_read_as_it_was(repo: Repo) -> None:
    first = repo.commit({"flows/etl/load.py": FLOW})
    repo.commit({"flows/etl/load.py": FLOW.replace("load", "renamed"), "flows/new/x.py": FLOW})
    manifest, _ = discovery.discover(repo.root, first)
    assert [flow.name for flow in manifest.flows] == ["load"]
    assert manifest.commit == first


def test_effective_commits_follow_folder_and_shared_paths(repo: Repo) -> None:
    first = repo.commit(
        {
            "flows/a/x.py": FLOW,
            "flows/b/x.py": FLOW,
            "flows/b/pyproject.toml": shared("libs/common"),
            "libs/common/y.py": "Y = 1\n",
        }
    )
    assert commits(repo) == {"a": first, "b": first}
    second = repo.commit({"libs/common/y.py": "Y = 2\n"})
    assert commits(repo) == {"a": first, "b": second}
    repo.commit({"README": "nothing of theirs"})
    assert commits(repo) == {"a": first, "b": second}


def test_a_renamed_project_starts_anew(repo: Repo) -> None:
    repo.commit({"flows/old/x.py": FLOW})
    before, _ = discovery.discover(repo.root, "HEAD")
    renamed = repo.commit({"flows/old/x.py": None, "flows/new/x.py": FLOW})
    after, _ = discovery.discover(repo.root, "HEAD")
    assert after.projects[0].commit == renamed
    assert after.projects[0].tree_key != before.projects[0].tree_key


def test_worktree_without_changes_has_heads_commits(repo: Repo) -> None:
    first = repo.commit({"flows/a/x.py": FLOW})
    repo.commit({"README": "x"})
    at_head, _ = discovery.discover(repo.root, "HEAD")
    manifest, _ = discovery.discover(repo.root, "worktree")
    assert manifest.commit == "worktree"
    assert manifest.projects == at_head.projects
    assert manifest.projects[0].commit == first


def test_worktree_marks_the_projects_that_differ(repo: Repo) -> None:
    files = {"flows/a/x.py": FLOW, "flows/b/x.py": FLOW, "flows/b/pyproject.toml": shared("libs")}
    first = repo.commit({**files, "libs/y.py": ""})
    repo.write({"libs/y.py": "Y = 1\n", "flows/c/new.py": FLOW})
    assert commits(repo, "worktree") == {"a": first, "b": "worktree", "c": "worktree"}
    assert commits(repo) == {"a": first, "b": first}


def test_worktree_before_the_first_commit(repo: Repo) -> None:
    repo.write({"flows/a/x.py": FLOW})
    assert commits(repo, "worktree") == {"a": "worktree"}


def test_a_shallow_clone_is_refused_only_where_it_matters(repo: Repo, tmp_path: pathlib.Path) -> None:
    repo.commit({"flows/a/x.py": FLOW})
    repo.commit({"README": "1"})
    changed = repo.commit({"flows/a/x.py": FLOW + "# edited\n"})
    clone = tmp_path / "clone"
    repo.git("clone", "-q", "--depth", "2", f"file://{repo.root}", str(clone))
    manifest, _ = discovery.discover(clone, "HEAD")
    assert manifest.projects[0].commit == changed
    repo.commit({"flows/b/x.py": FLOW, "README": "2"})
    clone = tmp_path / "shallower"
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.root}", str(clone))
    with pytest.raises(errors.GitError, match="git fetch --unshallow"):
        discovery.discover(clone, "HEAD")


def test_every_problem_at_once_in_reading_order(repo: Repo) -> None:
    repo.commit(
        {
            "flows/a/bad.py": "def (",
            "flows/a/load.py": "from prefect import flow\nimport flows.b.x\n@flow(name=f())\ndef load(): ...\n",
            "flows/b/x.py": FLOW + 'FLOW_SPEC = {"cron": "x", "tag": 1}\n',
            "flows/b/pyproject.toml": "[tool.flowstacks]\nshare = 1\n",
            "flows/b/prefect.yaml": "",
        }
    )
    assert brief(repo) == [
        "flows/a/bad.py:1 error syntax",
        "flows/a/load.py:2 error import-outside-project",
        "flows/a/load.py:3 error flow-name",
        "flows/b/pyproject.toml:2 error pyproject",
        "flows/b/x.py:4 error cron",
        "flows/b/x.py:4 error flow-spec-key",
        "flows/b/prefect.yaml:0 warning prefect-yaml",
    ]


def test_the_same_file_in_two_projects(repo: Repo) -> None:
    spec = 'FLOW_SPEC = {"name": "nightly"}\n'
    repo.commit({"flows/a/load.py": FLOW + spec, "flows/b/load.py": FLOW, "flows/c/load.py": FLOW})
    manifest, problems = discovery.discover(repo.root, "HEAD")
    assert problems == []
    assert [deployment.address for flow in manifest.flows for deployment in flow.deployments] == [
        "a/load/nightly",
        "b/load/default",
        "c/load/default",
    ]
    assert [flow.file for flow in manifest.flows] == ["flows/a/load.py", "flows/b/load.py", "flows/c/load.py"]


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("import helpers", None),
        ("from . import helpers", None),
        ("from .helpers import X", None),
        ("import flows.a.helpers", None),
        ("from libs.common import thing", None),
        ("import libs.common.thing", None),
        ("import json, calendar", None),
        ("import docker", None),
        ("from docker import Client", None),
        ("import pandas.core", None),
        ("from libs.other import thing", "libs/other/thing.py"),
        ("import libs.other.thing", "libs/other/thing.py"),
        ("from ..b import x", "flows/b/x.py"),
        ("from ..b.x import load", "flows/b/x.py"),
        ("from flows.b import x", "flows/b/x.py"),
        ("import infra.config", "infra/config.py"),
        ("from infra import config", "infra/config.py"),
        ("def f():\n    from flows.b.x import load", "flows/b/x.py"),
        ("try:\n    import infra.config\nexcept ImportError: ...", "infra/config.py"),
        ("from loaded.part import X", "loaded/__init__.py"),
        ("import spoken.part", "spoken/__init__.py"),
    ],
)
def test_what_may_be_imported(repo: Repo, statement: str, problem: str | None) -> None:
    repo.commit(
        {
            "flows/__init__.py": '"""Only a docstring."""\n',
            "flows/a/pyproject.toml": shared("libs/common", "loaded/part", "spoken/part"),
            "flows/a/helpers.py": "X = 1\n",
            "flows/a/load.py": f"{statement}\n",
            "flows/b/x.py": FLOW,
            "libs/common/thing.py": "",
            "libs/other/thing.py": "",
            "infra/__init__.py": "",
            "infra/config.py": "",
            "docker/Dockerfile": "",
            "docker/build.py": "",
            "calendar.py": "",
            "loaded/__init__.py": "SIDE = 1\n",
            "loaded/part/__init__.py": "X = 1\n",
            "spoken/__init__.py": "print()\n",
            "spoken/part/__init__.py": "X = 1\n",
        }
    )
    _, problems = discovery.discover(repo.root, "HEAD")
    expected = [problem] if problem else []
    assert [problem.message.partition(" leads to ")[2].partition(",")[0] for problem in problems] == expected
    assert all(problem.code == "import-outside-project" and problem.file == "flows/a/load.py" for problem in problems)


def test_shared_code_is_held_to_the_same_rule_and_tests_are_not(repo: Repo) -> None:
    repo.commit(
        {
            "flows/a/pyproject.toml": shared("libs/common"),
            "flows/a/load.py": "from libs.common import thing\n" + FLOW,
            "flows/a/tests/test_load.py": "import infra\n",
            "libs/common/thing.py": "from libs.other import more\n",
            "libs/other/more.py": "",
            "infra/__init__.py": "X = 1\n",
        }
    )
    assert brief(repo) == ["libs/common/thing.py:1 error import-outside-project"]


def test_a_project_below_a_folder_of_tests_is_deployed(repo: Repo) -> None:
    repo.commit({"tests/flows/test/load.py": FLOW, "tests/flows/test/tests/x.py": FLOW})
    manifest, problems = discovery.discover(repo.root, "HEAD", ["tests/flows/*"])
    assert [flow.declared_by for flow in manifest.flows] == ["bare", "none"]
    assert [problem.code for problem in problems] == ["flow-in-test"]


def test_encodings(repo: Repo) -> None:
    latin = '# -*- coding: latin-1 -*-\nfrom prefect import flow\n@flow(name="pæn")\ndef a(): ...\n'.encode("latin-1")
    repo.commit(
        {
            "flows/a/cookie.py": latin,
            "flows/a/bom.py": b"\xef\xbb\xbffrom prefect import flow\n@flow\ndef b(): ...\n",
            "flows/a/wrong.py": b'NAME = "\xe6"\n',
            "flows/a/unknown.py": b"# coding: no-such\n",
            "flows/a/null.py": b"x = 1\0\n",
            "flows/a/crlf.py": b"from prefect import flow\r\n\r\n@flow\r\ndef c(): ...\r\n",
            "flows/a/empty.py": b"",
        }
    )
    manifest, problems = discovery.discover(repo.root, "HEAD")
    assert [flow.name for flow in manifest.flows] == ["b", "pæn", "c"]
    assert sorted(problem.file for problem in problems) == ["flows/a/null.py", "flows/a/unknown.py", "flows/a/wrong.py"]
    assert {problem.code for problem in problems} == {"syntax"}


def test_nothing_shared_between_deployments(repo: Repo) -> None:
    text = """
from prefect import flow
BASE = {"env": {"A": "1"}, "parameters": {"x": {"deep": [1]}}}
@flow
def load(x: dict = {}): ...
FLOW_SPEC = {"flow": "load", **BASE, "deployments": [{"name": "a"}, {"name": "b"}]}
"""
    repo.commit({"flows/a/x.py": text})
    manifest, _ = discovery.discover(repo.root, "HEAD")
    first, second = manifest.flows[0].deployments
    assert first.settings.env is not None
    assert first.settings.parameters is not None
    first.settings.env["LEAK"] = "1"
    first.settings.parameters["x"]["deep"].append(2)  # type: ignore[index, union-attr, call-overload]
    assert second.settings.env == {"A": "1"}
    assert second.settings.parameters == {"x": {"deep": [1]}}
    again, _ = discovery.discover(repo.root, "HEAD")
    assert again.flows[0].deployments[0].settings.env == {"A": "1"}


def test_a_file_name_that_is_not_utf8_does_not_stop_anything(repo: Repo) -> None:
    repo.commit({"flows/a/x.py": FLOW})
    (repo.root / "flows/a/\udcff.py").write_text(FLOW.replace("load", "other"))
    repo.commit({})
    manifest, problems = discovery.discover(repo.root, "HEAD")
    assert problems == []
    assert [flow.name for flow in manifest.flows] == ["load", "other"]


def test_discovery_imports_neither_pulumi_nor_prefect_nor_flows(repo: Repo) -> None:
    repo.commit({"flows/a/x.py": FLOW + "raise SystemExit('imported')\n"})
    code = (
        "import pathlib, sys; from flowstacks.discovery import discovery\n"
        f"found, _ = discovery.discover(pathlib.Path({str(repo.root)!r}), 'HEAD')\n"
        "assert len(found.flows) == 1\n"
        "print([name for name in sys.modules if name.partition('.')[0] in ('prefect', 'pulumi', 'flows')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


EDIT = st.tuples(st.sampled_from(["flows/a/x.py", "flows/b/x.py", "libs/c.py", "README"]), st.integers(0, 2))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EDIT, max_size=6))
def test_a_projects_commit_has_its_tree_key_and_the_one_before_has_not(edits: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        repo = Repo(pathlib.Path(folder))
        repo.commit(
            {"flows/a/x.py": FLOW, "flows/b/x.py": FLOW, "flows/b/pyproject.toml": shared("libs"), "libs/c.py": "# 0\n"}
        )
        for path, number in edits:
            repo.commit({path: (FLOW if path.startswith("flows") else "") + f"# {number}\n"})
        keys = {
            commit: {project.name: project.tree_key for project in discovery.discover(repo.root, commit)[0].projects}
            for commit in repo.git("rev-list", "--first-parent", "HEAD").split()
        }
        newest_first = list(keys)
        manifest: Manifest = discovery.discover(repo.root, "HEAD")[0]
        for project in manifest.projects:
            expected = newest_first[0]
            for commit in newest_first:
                if keys[commit][project.name] != project.tree_key:
                    break
                expected = commit
            assert project.commit == expected
