import pathlib

import pytest

from tests.support.discovery_repo import Repo


@pytest.fixture
def repo(tmp_path: pathlib.Path) -> Repo:
    return Repo(tmp_path / "repository")
