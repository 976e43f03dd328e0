import pathlib
import subprocess

import pytest

from flowstacks.discovery.findings import Findings
from flowstacks.discovery.projects import folders, lock, projects, requirements
from flowstacks.git import git_tree
from flowstacks.git.git_tree import Blob
from tests.support.discovery_repo import Repo

FLOW = "from prefect import flow\n@flow\ndef load(): ...\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("FLOWSTACKS_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def find(repo: Repo, sources: list[str] | None = None) -> tuple[list[projects.ProjectFolder], list[str]]:
    findings = Findings()
    with git_tree.opened(repo.root, "HEAD") as tree:
        result = projects.find(tree, sources, findings)
    return result, [f"{problem.file}:{problem.line} {problem.severity} {problem.code}" for problem in findings.problems]


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("flows/*", "flows/etl", True),
        ("flows/*", "flows/etl/sub", False),
        ("flows/**", "flows/etl/sub", True),
        ("**/flows/*", "a/b/flows/etl", True),
        ("**/flows/*", "flows/etl", True),
        ("flows/*/", "flows/etl", True),
        ("flows/e*", "flows/report", False),
        ("flows/[er]*", "flows/report", True),
        ("flows", "flows", True),
        ("Flows/*", "flows/etl", False),
    ],
)
def test_globs(glob: str, path: str, expected: bool) -> None:
    assert folders.matches(glob, path) is expected


def test_defaults_of_a_bare_folder(repo: Repo) -> None:
    repo.commit(
        {"flows/etl/load.py": FLOW, "flows/docs/README": "no python", "flows/deep/a/b.py": "", "other/x.py": ""}
    )
    result, problems = find(repo)
    assert [
        (project.name, project.path, project.version, project.python, project.requirements) for project in result
    ] == [
        ("deep", "flows/deep", "0.0.0", ">=3.11", ()),
        ("etl", "flows/etl", "0.0.0", ">=3.11", ()),
    ]
    assert problems == []


def test_settings_of_a_project(repo: Repo) -> None:
    toml = """
[project]
name = "etl"
version = "1.4"
requires-python = ">=3.12"
dependencies = [
    "pandas>=2",  # a comment
    "humanize==4.9.0 ; python_version < '4'",
]
[tool.flowstacks]
shared = ["libs/common", "libs/one.py"]
[tool.other]
anything = 1
"""
    repo.commit(
        {"flows/etl/load.py": FLOW, "flows/etl/pyproject.toml": toml, "libs/common/x.py": "", "libs/one.py": ""}
    )
    (etl,), problems = find(repo)
    assert problems == []
    assert (etl.version, etl.python) == ("1.4", ">=3.12")
    assert etl.requirements == ("pandas>=2", "humanize==4.9.0 ; python_version < '4'")
    assert etl.paths == ("flows/etl", "libs/common", "libs/one.py")


def test_faults_in_pyproject_have_their_lines(repo: Repo) -> None:
    toml = """[project]
version = 3
requires-python = "about 3"
dependencies = [
    "ok",
    "not a requirement",
]

[tool.flowstacks]
shered = []
shared = [
    "libs/missing",
]
"""
    repo.commit({"flows/etl/load.py": FLOW, "flows/etl/pyproject.toml": toml})
    assert set(find(repo)[1]) == {
        "flows/etl/pyproject.toml:2 error pyproject",
        "flows/etl/pyproject.toml:10 error pyproject",
    }
    repo.commit({"flows/etl/pyproject.toml": toml.replace("version = 3\n", "").replace("shered = []\n", "")})
    assert set(find(repo)[1]) == {
        "flows/etl/pyproject.toml:2 error pyproject",
        "flows/etl/pyproject.toml:5 error requirements",
        "flows/etl/pyproject.toml:10 error shared-path",
    }
    repo.commit({"flows/etl/pyproject.toml": '[project]\n\nversion = "1\n'})
    assert set(find(repo)[1]) == {"flows/etl/pyproject.toml:3 error pyproject"}
    repo.commit({"flows/etl/pyproject.toml": b"\xff\xfe"})
    assert set(find(repo)[1]) == {"flows/etl/pyproject.toml:0 error pyproject"}


def test_sources_come_from_the_root_at_that_commit_or_from_the_caller(repo: Repo) -> None:
    files = {"jobs/a/x.py": FLOW, "flows/b/x.py": FLOW}
    repo.commit({**files, "pyproject.toml": '[tool.flowstacks]\nsources = ["jobs/*"]\n'})
    repo.write({"pyproject.toml": '[tool.flowstacks]\nsources = ["nowhere/*"]\n'})
    assert [project.path for project in find(repo)[0]] == ["jobs/a"]
    assert [project.path for project in find(repo, ["flows/*", "jobs/*"])[0]] == ["flows/b", "jobs/a"]


def test_folders_that_clash(repo: Repo) -> None:
    repo.commit({"flows/etl/x.py": "", "jobs/etl/x.py": "", "flows/etl/sub/x.py": "", "flows/lost.py": FLOW})
    assert find(repo, ["flows/*", "jobs/*", "flows/etl/*"])[1] == [
        "flows/lost.py:0 warning file-outside-project",
        "flows/etl/sub:0 error nested-project",
        "jobs/etl:0 error project-name",
    ]


def test_a_repository_without_projects_is_reported(repo: Repo) -> None:
    repo.commit({"README": ""})
    assert find(repo) == ([], ["pyproject.toml:0 warning no-project"])


def test_unread_paths_are_reported(repo: Repo, tmp_path: pathlib.Path) -> None:
    repo.write({"flows/etl/load.py": FLOW, "flows/etl/prefect.yaml": "deployments: []"})
    (repo.root / "flows/etl/link.py").symlink_to("load.py")
    (repo.root / "flows/alias").symlink_to("etl")
    (repo.root / "elsewhere").symlink_to("flows")
    other = Repo(tmp_path / "other").commit({"x": "1"})
    repo.git("add", "-A")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{other},flows/etl/vendored")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{other},flows/theirs")
    repo.git("commit", "-q", "-m", "x")
    assert sorted(find(repo)[1]) == [
        "flows/alias:0 info symlink",
        "flows/etl/link.py:0 info symlink",
        "flows/etl/prefect.yaml:0 warning prefect-yaml",
        "flows/etl/vendored:0 info submodule",
        "flows/theirs:0 info submodule",
    ]


def test_requirements_txt() -> None:
    findings = Findings()
    content = b"""# heading
pandas>=2   # why
humanize @ https://example.com/h.whl#sha256=abc

numpy \\
    ==2.0
-r other.txt
-e .
name==1 --hash=sha256:abc
git+https://example.com/x.git
"""
    assert requirements.of_text(content, "r.txt", findings) == (
        "pandas>=2",
        "humanize @ https://example.com/h.whl#sha256=abc",
        "numpy ==2.0",
    )
    assert [(problem.line, problem.code) for problem in findings.problems] == [
        (line, "requirements") for line in (7, 8, 9, 10)
    ]


def test_requirements_txt_stands_before_dependencies(repo: Repo) -> None:
    toml = '[project]\nname = "etl"\nversion = "1"\ndependencies = ["a"]\n'
    repo.commit({"flows/etl/x.py": "", "flows/etl/pyproject.toml": toml, "flows/etl/requirements.txt": "b==1\n"})
    assert find(repo)[0][0].requirements == ("b==1",)


LOCKED_TOML = """[project]
name = "etl"
version = "1"
requires-python = ">=3.11"
dependencies = ["humanize"]
[dependency-groups]
dev = ["iniconfig"]
"""
LOCK = """version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "etl"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "humanize" }]

[package.dev-dependencies]
dev = [{ name = "iniconfig" }]

[package.metadata]
requires-dist = [{ name = "humanize" }]

[package.metadata.requires-dev]
dev = [{ name = "iniconfig" }]

[[package]]
name = "humanize"
version = "4.9.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "iniconfig"
version = "2.0.0"
source = { registry = "https://index.example/simple" }
"""


def test_a_lock_is_read_by_uv_once(repo: Repo, cache: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit({"flows/etl/x.py": "", "flows/etl/pyproject.toml": LOCKED_TOML, "flows/etl/uv.lock": LOCK})
    (etl,), problems = find(repo)
    assert (etl.requirements, problems) == (("humanize==4.9.0",), [])
    assert len(list((cache / "requirements").iterdir())) == 1
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert find(repo)[0][0].requirements == ("humanize==4.9.0",)


def test_a_lock_is_read_where_nothing_can_be_kept(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FLOWSTACKS_CACHE_DIR", str(tmp_path / "file" / "below"))
    findings = Findings()
    pinned = lock.pinned(Blob("1", LOCKED_TOML.encode()), Blob("2", LOCK.encode()), "uv.lock", findings)
    assert (pinned, findings.problems) == (("humanize==4.9.0",), [])


def test_locks_that_do_not_work(repo: Repo) -> None:
    local = LOCK.replace('{ registry = "https://index.example/simple" }', '{ editable = "../lib" }', 1)
    for name, text in {"broken": "version = 1\n[[package", "local": local}.items():
        repo.commit(
            {f"flows/{name}/x.py": "", f"flows/{name}/pyproject.toml": LOCKED_TOML, f"flows/{name}/uv.lock": text}
        )
    repo.commit({"flows/lone/x.py": "", "flows/lone/uv.lock": LOCK})
    assert find(repo)[1] == [
        "flows/broken/uv.lock:0 error requirements",
        "flows/local/uv.lock:0 error requirements",
        "flows/lone/uv.lock:0 error requirements",
    ]


def test_without_uv(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    findings = Findings()
    assert lock.pinned(Blob("1", LOCKED_TOML.encode()), Blob("2", LOCK.encode()), "uv.lock", findings) == ()
    assert [problem.remedy for problem in findings.problems] == ["Install uv"]


def test_the_lock_of_the_tests_is_one_that_uv_accepts(tmp_path: pathlib.Path) -> None:
    (tmp_path / "pyproject.toml").write_text(LOCKED_TOML)
    (tmp_path / "uv.lock").write_text(LOCK)
    done = subprocess.run(["uv", "export", "--frozen", "--offline"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"iniconfig" in done.stdout
