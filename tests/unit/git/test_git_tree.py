import hashlib
import os
import pathlib

import pytest

from flowstacks.core import errors
from flowstacks.git import git_tree
from tests.support.discovery_repo import Repo


def snapshot(root: pathlib.Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((root / ".git").rglob("*"))
        if path.is_file()
    }


def test_reads_a_past_commit_not_the_checkout(repo: Repo) -> None:
    first = repo.commit({"flows/etl/load.py": "one"})
    repo.commit({"flows/etl/load.py": "two"})
    with git_tree.opened(repo.root, first) as tree:
        assert tree.commit == first
        assert tree.read(["flows/etl/load.py"])["flows/etl/load.py"].content == b"one"
        assert tree.objects["flows/etl"].mode == "040000"


@pytest.mark.parametrize(
    "name", ["a b.py", "tab\there.py", "line\nbreak.py", 'quo"te.py', "ænder/é.py", "-dash.py", ":x.py"]
)
def test_odd_file_names(repo: Repo, name: str) -> None:
    repo.commit({f"flows/{name}": name})
    with git_tree.opened(repo.root, "HEAD") as tree:
        assert tree.files() == [f"flows/{name}"]
        assert tree.read(tree.files())[f"flows/{name}"].content == name.encode()


def test_a_name_that_is_not_utf8(repo: Repo) -> None:
    (repo.root / "flows").mkdir()
    pathlib.Path(os.fsdecode(os.fsencode(repo.root) + b"/flows/\xff.py")).write_bytes(b"x")
    repo.commit({})
    with git_tree.opened(repo.root, "HEAD") as tree:
        assert tree.files() == ["flows/\udcff.py"]
        assert tree.read(tree.files())["flows/\udcff.py"].content == b"x"


def test_empty_and_binary_content(repo: Repo) -> None:
    repo.commit({"a": b"", "b": b"\x00\n\nblob 3\n", "c": b""})
    with git_tree.opened(repo.root, "HEAD") as tree:
        assert {path: blob.content for path, blob in tree.read(tree.files()).items()} == {
            "a": b"",
            "b": b"\x00\n\nblob 3\n",
            "c": b"",
        }
        assert tree.read([]) == {}


def test_symlinks_are_not_files(repo: Repo) -> None:
    repo.write({"real.py": "x"})
    (repo.root / "link.py").symlink_to("real.py")
    repo.commit({})
    with git_tree.opened(repo.root, "HEAD") as tree:
        assert tree.files() == ["real.py"]
        assert tree.objects["link.py"].mode == "120000"


def test_a_submodule_is_marked(repo: Repo, tmp_path: pathlib.Path) -> None:
    other = Repo(tmp_path / "other")
    inside = other.commit({"x.py": "x"})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{inside},flows/etl/vendored")
    repo.git("commit", "-q", "-m", "submodule")
    with git_tree.opened(repo.root, "HEAD") as tree:
        assert tree.objects["flows/etl/vendored"].is_submodule
        assert tree.files() == []


def test_worktree_sees_edits_and_untracked_but_not_ignored_files(repo: Repo) -> None:
    repo.commit({"kept.py": "1", "edited.py": "1", "gone.py": "1", ".gitignore": "*.secret\n"})
    repo.write({"edited.py": "2", "gone.py": None, "new/file.py": "3", "x.secret": "no"})
    before = snapshot(repo.root)
    with git_tree.opened(repo.root, "worktree") as tree:
        assert tree.commit == "worktree"
        assert tree.files() == [".gitignore", "edited.py", "kept.py", "new/file.py"]
        assert tree.read(["edited.py", "new/file.py", "kept.py"])["edited.py"].content == b"2"
    assert snapshot(repo.root) == before


def test_worktree_without_changes_is_heads_tree(repo: Repo) -> None:
    repo.commit({"flows/etl/load.py": "1"})
    with git_tree.opened(repo.root, "worktree") as tree, git_tree.opened(repo.root, "HEAD") as at_head:
        assert tree.objects == at_head.objects
        assert tree.head == at_head.commit


def test_worktree_before_the_first_commit(repo: Repo) -> None:
    repo.write({"flows/etl/load.py": "1"})
    with git_tree.opened(repo.root, "worktree") as tree:
        assert tree.head is None
        assert tree.files() == ["flows/etl/load.py"]


def test_worktree_of_a_path_with_a_colon(tmp_path: pathlib.Path) -> None:
    repo = Repo(tmp_path / 'a:b"c\\d')
    repo.commit({"kept.py": "1"})
    with git_tree.opened(repo.root, "worktree") as tree:
        assert tree.read(["kept.py"])["kept.py"].content == b"1"


def test_inherited_git_variables_are_dropped(
    repo: Repo, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Repo(tmp_path / "other")
    other.commit({"other.py": "1"})
    repo.commit({"mine.py": "1"})
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git/index"))
    for rev in ("HEAD", "worktree"):
        with git_tree.opened(repo.root, rev) as tree:
            assert tree.files() == ["mine.py"]


def test_errors_say_what_to_do(repo: Repo, tmp_path: pathlib.Path) -> None:
    repo.commit({"flows/a.py": ""})
    cases = [
        (repo.root, "9" * 40, "git fetch origin 999"),
        (repo.root, "no-such-branch", "Pass a commit, a branch"),
        (repo.root, "--help", "Pass a commit, a branch"),
        (repo.root / "flows", "HEAD", f"Pass --root {repo.root}"),
        (tmp_path, "HEAD", "not in a git repository"),
        (tmp_path / "absent", "HEAD", "is no folder"),
    ]
    for folder, rev, message in cases:
        with pytest.raises(errors.GitError, match=message), git_tree.opened(folder, rev):
            pass


def test_a_blob_that_is_gone_is_an_error(repo: Repo) -> None:
    repo.commit({"a.py": "content"})
    oid = repo.git("rev-parse", "HEAD:a.py")
    (repo.root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    with (
        git_tree.opened(repo.root, "HEAD") as tree,
        pytest.raises(errors.GitError, match="can't be read from this clone"),
    ):
        tree.read(["a.py"])


def test_a_linked_worktree_and_a_clone_with_borrowed_objects(repo: Repo, tmp_path: pathlib.Path) -> None:
    repo.commit({"kept.py": "1"})
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    repo.git("clone", "-q", "--shared", str(repo.root), str(tmp_path / "borrowing"))
    for root in (tmp_path / "linked", tmp_path / "borrowing"):
        (root / "new.py").write_text("2")
        with git_tree.opened(root, "worktree") as tree:
            assert [blob.content for blob in tree.read(["kept.py", "new.py"]).values()] == [b"1", b"2"]
