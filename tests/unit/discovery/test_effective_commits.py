from pathlib import Path

from flowstacks.discovery.projects.effective_commits import EffectiveCommits
from tests.support.discovery_repo import Repo

_FLOW = "from prefect import flow\n\n@flow\ndef load(): ...\n"


def test_projects_that_came_went_and_moved(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    first = repo.commit({"flows/etl/a.py": _FLOW, "flows/web/a.py": _FLOW, "flows/old/a.py": _FLOW})
    second = repo.commit({"flows/etl/a.py": f"{_FLOW}# 2\n", "flows/old/a.py": None, "flows/new/a.py": _FLOW})
    effective = EffectiveCommits(repo.root)
    assert effective.by_project(second) == {"etl": second, "new": second, "web": first}
    assert effective.moved(first, second) == {"etl", "new", "old"}
    assert effective.moved(second, second) == set()


def test_content_that_went_and_came_back_is_another_commit(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    first = repo.commit({"flows/etl/a.py": _FLOW})
    repo.commit({"flows/etl/a.py": f"{_FLOW}# 2\n"})
    third = repo.commit({"flows/etl/a.py": _FLOW})
    assert EffectiveCommits(repo.root).moved(first, third) == {"etl"}


def test_what_the_clone_does_not_have_is_not_known(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    first = repo.commit({"README": "no project"})
    assert EffectiveCommits(repo.root).by_project(first) == {}
    assert EffectiveCommits(repo.root).moved(first, "f" * 40) is None
