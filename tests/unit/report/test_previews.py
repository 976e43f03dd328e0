"""A preview leaves the stack file alone while it runs; the engine here notes what it is given."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flowstacks.core.errors import FlowstacksError
from flowstacks.report import previews
from tests.support import promotions
from tests.support.promotions import Team

_ENGINE = """\
#!/bin/sh
# As the engine does: write into the file that it is told to read.
while [ "$1" != --config-file ]; do shift; done
cp "$2" {notes}/read.yaml
echo "encryptionsalt: v1:x" >> "$2"
cp -p {stack_file} {notes}/during.yaml
touch {notes}/started
{then}
echo '{{"config": {{}}, "steps": []}}'
"""


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    made = Team(tmp_path / "repository", f"{promotions.HEAD_LINES}  flowstacks:release: {{commit: HEAD}}\n")
    pinned = f"{promotions.HEAD_LINES}  flowstacks:release: {{commit: {made.first}}}\n"
    made.repo.commit({"Pulumi.main.yaml": pinned})
    made.edit_flow()
    promotions.inside(made, monkeypatch)
    (tmp_path / "notes").mkdir()
    return made


def _engine(team: Team, monkeypatch: pytest.MonkeyPatch, then: str = "") -> Path:
    """The folder of its notes."""
    folder = team.root.parent
    engine = folder / "bin" / "pulumi"
    engine.parent.mkdir()
    engine.write_text(_ENGINE.format(notes=folder / "notes", stack_file=team.stack_file, then=then))
    engine.chmod(0o755)
    monkeypatch.setenv("PATH", f"{engine.parent}:{os.environ['PATH']}")
    return folder / "notes"


def _unchanged(team: Team, before: bytes, modified_ns: int) -> None:
    assert team.stack_file.read_bytes() == before
    assert team.stack_file.stat().st_mtime_ns == modified_ns


@pytest.mark.parametrize("follows", ["main", None])
def test_the_stack_file_keeps_its_bytes_and_its_time(
    team: Team, monkeypatch: pytest.MonkeyPatch, follows: str | None
) -> None:
    notes = _engine(team, monkeypatch)
    before, modified_ns = team.stack_file.read_bytes(), team.stack_file.stat().st_mtime_ns
    (section,) = previews.sections(team.root, "flowstacks", ["main"], "HEAD", follows)
    assert section.preview.errors == ()
    head = team.repo.git("rev-parse", "HEAD").strip()
    assert (f"commit: {head}" in (notes / "read.yaml").read_text()) == (follows is not None)
    during = notes / "during.yaml"
    assert (during.read_bytes(), during.stat().st_mtime_ns // 1000) == (before, modified_ns // 1000)
    _unchanged(team, before, modified_ns)


def test_a_kill_leaves_the_stack_file_alone(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = _engine(team, monkeypatch, then="sleep 60")
    before, modified_ns = team.stack_file.read_bytes(), team.stack_file.stat().st_mtime_ns
    words = ["comment", "--since", "HEAD~1", "--follows", "main"]
    root = str(Path(__file__).parents[3])
    with subprocess.Popen(
        [sys.executable, "-m", "flowstacks", *words], cwd=team.root, env={**os.environ, "PYTHONPATH": root},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    ) as verb:  # fmt: skip
        deadline = time.monotonic() + 60
        while not (notes / "started").exists() and verb.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert (notes / "started").exists()
        os.killpg(verb.pid, signal.SIGKILL)
    _unchanged(team, before, modified_ns)


def test_without_an_engine_the_remedy_is_to_have_one(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    with pytest.raises(FlowstacksError, match="pulumi is not on PATH"):
        previews.sections(team.root, "flowstacks", ["main"], "HEAD", None)
