import os
from pathlib import Path

import pytest

from flowstacks.git import git_tree
from flowstacks.images import context
from tests.support.image_repository import ImageRepository


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_the_projects_paths_at_the_commit_and_nothing_else(tmp_path: Path, umask: int) -> None:
    team = ImageRepository(tmp_path / "team")
    team.write("flows/etl/load.py", "later\n")
    folder = tmp_path / "context"
    before = os.umask(umask)
    try:
        with git_tree.opened(team.root, team.head) as tree:
            context.extract(tree, ("flows/etl", "shared/lib.py"), folder)
    finally:
        os.umask(before)
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*")}
    assert set(found) == {
        "flows", "flows/etl", "flows/etl/Dockerfile", "flows/etl/gpu.Dockerfile", "flows/etl/link.py",
        "flows/etl/load.py", "flows/etl/pyproject.toml", "flows/etl/run.sh", "shared", "shared/lib.py",
    }  # fmt: skip
    assert "def hello" in found["flows/etl/load.py"].read_text()
    assert found["flows/etl/link.py"].readlink() == Path("load.py")
    modes = {name: oct(path.lstat().st_mode & 0o777) for name, path in found.items() if not path.is_symlink()}
    assert {modes.pop(name) for name in ("flows", "flows/etl", "shared", "flows/etl/run.sh")} == {"0o755"}
    assert set(modes.values()) == {"0o644"}
    assert oct(folder.stat().st_mode & 0o777) == "0o755"
