import os
import subprocess
from pathlib import Path

import pytest

from flowstacks.local import env_file, places, variables
from flowstacks.local.places import Places

NASTY = 'it\'s a "path" with $HOME, `id`, \\ and ümlaut'
INHERITED = {
    "PREFECT_API_URL": "https://prod",
    "AWS_PROFILE": "prod",
    "PULUMI_ACCESS_TOKEN": "t\nAWS_X=1",
    "OTHER": "o",
}
SHELLS = [shell for shell in ("/bin/sh", "/bin/dash", "/bin/bash", "/bin/zsh") if os.path.exists(shell)]  # noqa: PTH110 - at import


@pytest.fixture
def here(tmp_path: Path) -> Places:
    root = tmp_path / NASTY
    root.mkdir()
    return places.at(root)


def _sourced(here: Places, shell: str, times: int = 1) -> dict[str, str]:
    script = '. "$1";' * times + "env -0"
    done = subprocess.run(
        [shell, "-euc", script, "sh", str(here.env_file)],
        env={**INHERITED, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
    )
    return dict(entry.split("=", 1) for entry in done.stdout.decode().split("\0") if "=" in entry)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_that_reads_it_has_exactly_the_values(here: Places, shell: str) -> None:
    values = variables.shell(here, {}, api_url="http://127.0.0.1:4200/api", passphrase=NASTY)
    env_file.write(here, values)
    seen = _sourced(here, shell)
    assert {name: seen.get(name) for name in values} == values
    assert seen["PATH"].split(":") == [*variables.path_entries(here), "/usr/bin", "/bin"]


@pytest.mark.parametrize("shell", SHELLS)
def test_inherited_variables_of_other_environments_are_gone(here: Places, shell: str) -> None:
    env_file.write(here, {"PULUMI_HOME": "x"})
    seen = _sourced(here, shell)
    assert seen["OTHER"] == "o"
    assert {name for name in seen if name.startswith(variables.DROPPED_PREFIXES)} == {"PULUMI_HOME"}


def test_reading_it_twice_changes_nothing(here: Places) -> None:
    env_file.write(here, {"PULUMI_HOME": "x"})
    assert _sourced(here, "/bin/sh", times=2)["PATH"] == _sourced(here, "/bin/sh")["PATH"]


def test_only_the_owner_may_read_it_and_the_passphrase_is_made_once(here: Places) -> None:
    first = env_file.passphrase(here)
    env_file.write(here, {"PULUMI_CONFIG_PASSPHRASE": first})
    env_file.write(here, {"PULUMI_CONFIG_PASSPHRASE": first})
    assert env_file.passphrase(here) == first
    assert len(first) > 20
    assert [path.stat().st_mode & 0o777 for path in (here.env_file, here.passphrase)] == [0o600, 0o600]
