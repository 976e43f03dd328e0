import pathlib
import tempfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowstacks.core import errors
from flowstacks.git import history
from tests.support.discovery_repo import Repo


def test_one_walk_answers_for_many(repo: Repo) -> None:
    first = repo.commit({"flows/a/x.py": "1", "flows/b/x.py": "1", "libs/c/x.py": "1"})
    second = repo.commit({"flows/b/x.py": "2"})
    third = repo.commit({"libs/c/x.py": "2"})
    tip = repo.commit({"README": "2"})
    commits = history.effective_commits(
        repo.root, tip, {"a": ["flows/a"], "b": ["flows/b"], "bc": ["flows/b", "libs/c"], "all": [""]}
    )
    assert commits == {"a": first, "b": second, "bc": third, "all": tip}


def test_a_prefix_of_a_name_is_another_folder(repo: Repo) -> None:
    first = repo.commit({"flows/a/x.py": "1", "flows/ab/x.py": "1"})
    tip = repo.commit({"flows/ab/x.py": "2"})
    assert history.effective_commits(repo.root, tip, {"a": ["flows/a"]}) == {"a": first}


def test_going_back_to_older_content_counts_as_a_change(repo: Repo) -> None:
    repo.commit({"flows/a/x.py": "1"})
    repo.commit({"flows/a/x.py": "2"})
    reverted = repo.commit({"flows/a/x.py": "1"})
    assert history.effective_commit(repo.root, "HEAD", ["flows/a"]) == reverted


def test_a_renamed_folder_and_a_file_moved_away(repo: Repo) -> None:
    repo.commit({"flows/old/x.py": "1" * 200, "flows/from/y.py": "2" * 200, "flows/from/z.py": "3"})
    renamed = repo.commit({"flows/old/x.py": None, "flows/new/x.py": "1" * 200})
    moved = repo.commit({"flows/from/y.py": None, "flows/to/y.py": "2" * 200})
    commits = history.effective_commits(repo.root, moved, {"new": ["flows/new"], "from": ["flows/from"]})
    assert commits == {"new": renamed, "from": moved}


def test_a_merge_is_where_a_branch_arrives(repo: Repo) -> None:
    first = repo.commit({"flows/a/x.py": "1", "flows/b/x.py": "1"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"flows/a/x.py": "2"})
    repo.git("checkout", "-q", "main")
    repo.commit({"README": "x"})
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    merge = repo.git("rev-parse", "HEAD")
    assert history.effective_commits(repo.root, merge, {"a": ["flows/a"], "b": ["flows/b"]}) == {"a": merge, "b": first}


def test_only_a_mode_changed(repo: Repo) -> None:
    repo.commit({"flows/a/x.py": "1"})
    (repo.root / "flows/a/x.py").chmod(0o755)
    tip = repo.commit({})
    assert history.effective_commit(repo.root, "HEAD", ["flows/a"]) == tip


@pytest.mark.parametrize(
    ("key", "value"),
    [("diff.relative", "true"), ("log.showRoot", "false"), ("diff.renames", "copies"), ("log.diffMerges", "separate")],
)
def test_a_users_git_settings_change_nothing(repo: Repo, key: str, value: str) -> None:
    first = repo.commit({"flows/a/x.py": "1"})
    repo.commit({"README": "1"})
    repo.git("config", key, value)
    assert history.effective_commit(repo.root, "HEAD", ["flows/a"]) == first


def test_a_shallow_clone_answers_only_what_it_knows(repo: Repo, tmp_path: pathlib.Path) -> None:
    repo.commit({"flows/a/x.py": "1", "flows/b/x.py": "1"})
    repo.commit({"README": "1"})
    changed = repo.commit({"flows/b/x.py": "2"})
    repo.git("clone", "-q", "--depth", "2", f"file://{repo.root}", str(tmp_path / "shallow"))
    assert history.effective_commit(tmp_path / "shallow", "HEAD", ["flows/b"]) == changed
    with pytest.raises(errors.GitError, match="git fetch --unshallow"):
        history.effective_commit(tmp_path / "shallow", "HEAD", ["flows/a"])


def test_paths_that_never_were(repo: Repo) -> None:
    repo.commit({"a": "1"})
    with pytest.raises(errors.GitError, match=r"no commit up to .* touches flows/x"):
        history.effective_commit(repo.root, "HEAD", ["flows/x"])


def brute_force(repo: Repo, paths: list[str]) -> str:
    """By the definition: compare tree ids, parent by parent."""
    chain = repo.git("rev-list", "--first-parent", "HEAD").split()

    def key(commit: str) -> list[str]:
        return [repo.git("rev-parse", "--verify", f"{commit}:{path}") for path in paths]

    ancestor = chain[0]
    for commit in chain[1:]:
        present = [repo.git("ls-tree", "-d", commit, path) for path in paths]
        if not all(present) or key(commit) != key(chain[0]):
            break
        ancestor = commit
    return ancestor


EDIT = st.tuples(st.sampled_from(["flows/a/x.py", "flows/a/y.py", "libs/c/x.py", "other"]), st.sampled_from("12"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.booleans(), EDIT), max_size=7))
def test_the_walk_equals_the_definition(history_of: list[tuple[bool, tuple[str, str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        repo = Repo(pathlib.Path(folder))
        repo.commit({"flows/a/x.py": "1", "libs/c/x.py": "1"})
        for by_merge, (path, content) in history_of:
            if by_merge:
                repo.git("checkout", "-q", "-b", "side")
                repo.commit({path: content})
                repo.git("checkout", "-q", "main")
                repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
                repo.git("branch", "-q", "-D", "side")
            else:
                repo.commit({path: content})
        for paths in (["flows/a"], ["flows/a", "libs/c"]):
            assert history.effective_commit(repo.root, "HEAD", paths) == brute_force(repo, paths)


def test_many_paths_are_walked_without_naming_them(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    first = repo.commit({"flows/a/x.py": "1", "flows/b/x.py": "1"})
    second = repo.commit({"flows/b/x.py": "2"})
    tip = repo.commit({"README": "1"})
    monkeypatch.setattr(history, "_MOST_LIMITS", 0)
    assert history.effective_commits(repo.root, tip, {"a": ["flows/a"], "b": ["flows/b"]}) == {"a": first, "b": second}


def test_paths_that_look_like_patterns(repo: Repo) -> None:
    first = repo.commit({"flows/[ab]/x.py": "1", "flows/a/x.py": "1", ":top/x.py": "1"})
    repo.commit({"flows/a/x.py": "2"})
    assert history.effective_commit(repo.root, "HEAD", ["flows/[ab]"]) == first
    assert history.effective_commit(repo.root, "HEAD", [":top"]) == first
