import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowstacks.local import places, privacy
from flowstacks.local.servers import process
from flowstacks.local.servers.process import Launch


@settings(max_examples=25, deadline=None)  # each example writes files
@given(mode=st.integers(0o400, 0o777).map(lambda mode: mode | 0o600))
def test_nobody_else_can_use_what_an_earlier_run_made(tmp_path_factory: pytest.TempPathFactory, mode: int) -> None:
    here = places.at(tmp_path_factory.mktemp("checkout"))
    files = [here.prefect_home / "prefect.db", here.logs / "prefect.log", here.state / ".pulumi/stacks/dev.json"]
    for file in files:
        file.parent.mkdir(parents=True)
        file.touch()
        file.chmod(mode)
    privacy.restrict(here)
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [mode & 0o700] * 3
    assert all(stat.S_IMODE(file.parent.stat().st_mode) == 0o700 for file in files)


def test_links_and_folders_still_to_come_are_left_alone(tmp_path: Path) -> None:
    here = places.at(tmp_path)
    outside = tmp_path / "outside"
    outside.touch()
    outside.chmod(0o644)
    here.logs.mkdir(parents=True)
    (here.logs / "link").symlink_to(outside)
    privacy.restrict(here)
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644
    assert not here.state.exists()


def test_a_servers_log_and_what_it_writes_are_for_the_user_alone(tmp_path: Path) -> None:
    log = tmp_path / "log" / "server.log"
    log.parent.mkdir()
    log.touch(0o644)
    script = "import time; open('made', 'w').close(); print('ready', flush=True); time.sleep(600)"
    launch = Launch(
        name="server", command=[sys.executable, "-c", script], environment=os.environ, folder=tmp_path, log=log
    )
    started = process.start(launch)
    try:
        assert process.wait_until(lambda: "ready" in log.read_text(), started, launch, 30)
        assert [stat.S_IMODE(path.stat().st_mode) for path in (log, tmp_path / "made")] == [0o600, 0o600]
    finally:
        process.stop(started, tmp_path)
