import os
import subprocess
import sys
from pathlib import Path

import pytest

from flowstacks.local.engine import aws_plugin_script
from flowstacks.local.places import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


def _executable(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_stand_in_is_there_where_no_real_one_is(places: Places) -> None:
    assert aws_plugin_script.install(places, {"PATH": str(places.bin)})
    script = places.bin / "pulumi-resource-aws"
    assert os.access(script, os.X_OK)
    assert f"exec {places.python} -P -m flowstacks.aws_plugin" in script.read_text(encoding="utf-8")
    assert aws_plugin_script.install(places, {"PATH": str(places.bin)}), "our own is not taken for a real one"


@pytest.mark.parametrize("where", ["home", "path"])
def test_it_goes_where_a_real_one_is(places: Places, tmp_path: Path, where: str) -> None:
    assert aws_plugin_script.install(places, {"PATH": ""})
    folder = places.pulumi_home / "plugins/resource-aws-v7.51.1" if where == "home" else tmp_path / "bin"
    real = _executable(folder / "pulumi-resource-aws")
    environ = {"PATH": f"{places.bin}:{tmp_path / 'bin'}"}
    assert aws_plugin_script.real(places, environ) == real
    assert not aws_plugin_script.install(places, environ)
    assert not (places.bin / "pulumi-resource-aws").exists()


def test_a_real_one_that_is_half_unpacked_does_not_count(places: Places) -> None:
    folder = places.pulumi_home / "plugins/resource-aws-v7.51.1"
    _executable(folder / "pulumi-resource-aws")
    folder.with_name("resource-aws-v7.51.1.partial").touch()
    assert aws_plugin_script.install(places, {"PATH": ""})


def test_the_plugin_ends_with_its_parent() -> None:
    # The shell stands for the engine: its child watches it, says so, and is asked for after the shell was killed.
    child = "import os, time; from flowstacks.aws_plugin import parent; parent.watch(); print(os.getpid(), flush=True)"
    shell = subprocess.Popen(
        ["/bin/sh", "-c", f"{sys.executable} -c '{child}; time.sleep(600)'; true"], stdout=subprocess.PIPE, text=True
    )
    assert shell.stdout
    with shell.stdout:
        assert int(shell.stdout.readline()) > 0
        shell.kill()
        # The pipe ends when the last process that holds it has ended.
        assert shell.stdout.read() == ""
    shell.wait()
