import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from flowstacks.local.servers import aws, prefect
from tests.support import run_guard
from tests.support.ecs_workspace import EcsWorkspace
from tests.support.workspace import ROOT, Workspace

_GUARD = pytest.StashKey[subprocess.Popen[bytes]]()

# A busy machine is no failure. What the profile of CI says besides (hypothesis 6, `_settings.py`) stays.
hypothesis.settings.register_profile("untimed", hypothesis.settings.default, deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """An interrupted run leaves no server behind; `kill` ends it in order as ^C does, where it can."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    config.stash[_GUARD] = run_guard.watch_over_this_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    guard = config.stash[_GUARD]
    guard.communicate()  # closes the pipe and waits until the guard is done


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with prefect.running(tmp_path_factory.mktemp("prefect")) as url:
        yield url


@pytest.fixture(scope="session")
def engine() -> Path:
    """The real engine, not the wrapper that keeps the checkout's stack files clean."""
    ours = ROOT / ".local" / "engine" / "pulumi"
    found = ours if ours.exists() else shutil.which("pulumi")
    assert found, "no pulumi: run `make test`, which finds or builds one"
    return Path(found)


@pytest.fixture
def workspace(tmp_path: Path, api: str, engine: Path) -> Workspace:
    return Workspace(tmp_path, api, engine)


@pytest.fixture(scope="session")
def aws_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with aws.running(tmp_path_factory.mktemp("aws")) as url:
        yield url


@pytest.fixture
def ecs(tmp_path: Path, api: str, engine: Path, aws_url: str) -> EcsWorkspace:
    """Without a registry: digests are taken as pinned."""
    return EcsWorkspace(tmp_path, api, engine, aws_url)
