"""What the provider process keeps, and when it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flowstacks.provider import watch
from flowstacks.provider.errors import ForeignError, SettingsError
from flowstacks.provider.http.gate import Gate
from flowstacks.provider.prefect import settings
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.session import Session


def test_the_environment_wins_over_the_stack_file() -> None:
    environ = {"PREFECT_API_URL": "http://127.0.0.1:1/api/", "PREFECT_API_KEY": "theirs"}
    found = settings.read('{"api_url": "https://prefect.test/api", "api_key": "ours"}', environ)
    assert found.api_url == "http://127.0.0.1:1/api"
    assert found.api_key
    assert found.api_key.get_secret_value() == "theirs"


def test_the_stack_file_is_enough() -> None:
    found = settings.read('{"api_url": "https://prefect.test/api", "api_key": "ours"}', {})
    assert (found.api_url, str(found.api_key)) == ("https://prefect.test/api", "**********")


def test_what_is_the_programs_to_read_is_passed_over() -> None:
    found = settings.read('{"api_key_secret": "prefect:key"}', {"PREFECT_API_URL": "http://127.0.0.1:4200/api"})
    assert found.api_url == "http://127.0.0.1:4200/api"


@pytest.mark.parametrize(
    "config", [None, "", '{"api_key": "pnu_x"}', '{"api_url": 1}', '{"url": "https://x"}', "[", "x"]
)
def test_settings_that_name_no_server_are_refused_without_their_values(config: str | None) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.read(config, {})
    assert "api_url" in str(caught.value)
    assert "pnu_x" not in str(caught.value)


def test_a_password_in_the_url_stays_out_of_every_text() -> None:
    client = Client(settings.ServerSettings.model_validate({"api_url": "http://me:hunter2@prefect.test/api"}))
    assert client.url == "http://prefect.test/api"
    client.close()


@pytest.fixture
def session() -> Session:
    return Session(Client.from_settings("http://127.0.0.1:1/api"))


def test_a_kept_object_may_be_looked_at_twice(session: Session) -> None:
    session.checked("deployment 'a/b'")
    session.kept("1", "deployment 'a/b'")
    session.kept("1", "deployment 'a/b'")
    assert session.is_held("1")
    assert not session.is_held("2")


def test_what_only_a_refresh_looks_at_is_not_held(session: Session) -> None:
    session.kept("1", "deployment 'a/b'")
    session.checked("deployment 'a/b'")
    session.refreshed("deployment 'a/b'")
    session.kept("1", "deployment 'a/b'")
    assert not session.is_held("1")
    session.created("1", "deployment 'a/b'")
    assert session.is_held("1")


@pytest.mark.parametrize("order", ["kept created", "created kept", "created created"])
def test_one_object_is_not_two_resources(session: Session, order: str) -> None:
    first, second = order.split()
    session.checked("deployment 'a/b'")
    getattr(session, first)("1", "deployment 'a/b'")
    with pytest.raises(ForeignError, match="deployment 'a/b'"):
        getattr(session, second)("1", "deployment 'a/b'")


def test_writers_grow_while_all_is_well_and_shrink_on_complaints() -> None:
    gate = Gate(most=3)
    for _ in range(25):
        gate.went_well()
    assert gate.limit == 2
    gate.overloaded()
    gate.overloaded()
    assert gate.limit == 1
    for _ in range(25):
        gate.went_well()
    assert gate.limit == 1
    for _ in range(75):
        gate.went_well()
    assert gate.limit == 2
    for _ in range(1000):
        gate.went_well()
    assert gate.limit == 3


def test_the_watch_sees_through_the_launching_shell() -> None:
    """Engine, launching script, provider: as `pulumi-resource-pulumi-python` starts it."""
    links = watch.lineage(os.getpid())
    assert links[0] == (os.getpid(), os.getppid())
    assert watch.is_whole(links)
    assert not watch.is_whole([*links, (os.getpid(), 0)])


def test_a_provider_ends_with_its_engine(tmp_path: Path) -> None:
    provider, launcher, ended = tmp_path / "provider.py", tmp_path / "pulumi-resource-pulumi-python", tmp_path / "pid"
    provider.write_text(
        "import os, pathlib, time\n"
        "from flowstacks.provider import watch\n"
        "watch.start()\n"
        f"pathlib.Path({str(ended)!r}).write_text(str(os.getpid()))\n"
        "time.sleep(120)\n"
    )
    launcher.write_text(f"#!/bin/sh\n{sys.executable} {provider}\ntrue\n")
    launcher.chmod(0o755)
    engine = f"import subprocess; subprocess.run([{str(launcher)!r}], check=False)"
    deadline = time.monotonic() + 60
    with subprocess.Popen([sys.executable, "-c", engine]) as process:
        while not (ended.exists() and ended.read_text()):
            assert time.monotonic() < deadline, "the provider did not start"
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    pid = int(ended.read_text())
    while (Path("/proc") / str(pid)).exists():
        assert time.monotonic() < deadline, "the provider outlives the engine"
        time.sleep(0.02)
