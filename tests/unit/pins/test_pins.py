"""The stack file on disk: whole at any moment, refused with file and line, mergeable."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flowstacks.core.errors import FlowstacksError, RejectedError
from flowstacks.pins import pins, stack_text
from flowstacks.pins.pin import Pinned, PinnedRelease
from flowstacks.stack.release import COMMIT
from tests.support.discovery_repo import Repo

A, B, C = ("a" * 40, "b" * 40, "c" * 40)
_TEXT = f"# staging\nconfig:\n  flowstacks:release:\n    commit: {A}\n    from: dev\n  flowstacks:runtime: process\n"


def _write(root: Path, text: str | bytes, stack: str = "staging") -> Path:
    path = root / f"Pulumi.{stack}.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _promoted(commit: str = B, origin: str | None = "dev") -> Callable[[str], str]:
    return lambda text: stack_text.with_release(text, commit, origin, {})


def test_an_edit_is_written_and_read_again(tmp_path: Path) -> None:
    path = _write(tmp_path, _TEXT)
    edit = pins.edit(tmp_path, "staging", _promoted())
    assert path.read_text() == _TEXT
    assert edit.values["flowstacks:release"] == {"commit": B, "from": "dev"}
    pins.write(edit)
    assert path.read_text() == _TEXT.replace(A, B)
    assert pins.pinned(tmp_path, "staging") == Pinned(release=PinnedRelease(commit=B, from_="dev"), holds={})
    assert list(tmp_path.iterdir()) == [path]


def test_line_ends_mode_and_link_stay(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    real = kept / "real.yaml"
    real.write_bytes(_TEXT.replace("\n", "\r\n").encode())
    real.chmod(0o640)
    (tmp_path / "Pulumi.staging.yaml").symlink_to(real)
    pins.write(pins.edit(tmp_path, "staging", _promoted()))
    assert real.read_bytes() == _TEXT.replace(A, B).replace("\n", "\r\n").encode()
    assert real.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "Pulumi.staging.yaml").is_symlink()


def test_nothing_to_write_leaves_the_file_alone(tmp_path: Path) -> None:
    path = _write(tmp_path, _TEXT)
    before = path.stat()
    pins.write(pins.edit(tmp_path, "staging", _promoted(A)))
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_somebody_else_wrote_meanwhile_is_not_lost(tmp_path: Path) -> None:
    path = _write(tmp_path, _TEXT)
    edit = pins.edit(tmp_path, "staging", _promoted())
    path.write_text(f"{_TEXT}  more: 1\n")
    with pytest.raises(FlowstacksError, match="by somebody else"):
        pins.write(edit)
    assert path.read_text() == f"{_TEXT}  more: 1\n"


def test_a_write_that_fails_leaves_the_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _write(tmp_path, _TEXT)
    edit = pins.edit(tmp_path, "staging", _promoted())

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        pins.write(edit)
    assert path.read_text() == _TEXT
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("content", "place"),
    [("config:\n  a: [1\n  b: 2\n", ":3: "), ("- a\n", ":1: "), (b"config:\n  a: \xe6\n", ": ")],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, content: str | bytes, place: str) -> None:
    _write(tmp_path, content)
    with pytest.raises(RejectedError, match=f"Pulumi.staging.yaml{place}error"):
        pins.edit(tmp_path, "staging", _promoted())


def test_what_cannot_be_edited_safely_is_named_with_its_line(tmp_path: Path) -> None:
    _write(tmp_path, f"config:\n  x: &r {{commit: {A}}}\n  flowstacks:release: *r\n")
    with pytest.raises(RejectedError, match=r"Pulumi\.staging\.yaml:3: error: .*\*r.* Write it as plain YAML"):
        pins.edit(tmp_path, "staging", _promoted())


@pytest.mark.parametrize(
    ("stack", "told"),
    [("stagin", "Did you mean 'staging'"), ("x", "Known are main, staging"), ("../staging", "There is no Pulumi.../")],
)
def test_an_unknown_environment(tmp_path: Path, stack: str, told: str) -> None:
    _write(tmp_path, _TEXT)
    _write(tmp_path, _TEXT, "main")
    with pytest.raises(FlowstacksError, match=told):
        pins.read(tmp_path, stack)


def test_a_release_in_the_shared_file_is_hidden_by_one_in_the_stack_file(tmp_path: Path) -> None:
    shared = f"name: flowstacks\nconfig:\n  flowstacks:release:\n    value: {{commit: {A}, from: dev}}\n"
    (tmp_path / "Pulumi.yaml").write_text(shared)
    _write(tmp_path, "config:\n  flowstacks:runtime: process\n")
    edit = pins.edit(tmp_path, "staging", _promoted())
    assert edit.values["flowstacks:release"] == {"commit": B, "from": "dev"}
    assert (tmp_path / "Pulumi.yaml").read_text() == shared


def test_a_hold_never_hides_shared_overrides(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(
        "name: flowstacks\nconfig:\n  flowstacks:overrides: {value: {etl: {cpu: 512}}}\n"
    )
    _write(tmp_path, _TEXT)
    with pytest.raises(RejectedError, match=r"Pulumi\.yaml:3: error: .*hide each other"):
        pins.edit(tmp_path, "staging", lambda text: stack_text.with_hold(text, "etl/x", A, None))


def test_a_variable_that_hides_the_pin_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(COMMIT, A)
    with pytest.raises(FlowstacksError, match="unset FLOWSTACKS_COMMIT"):
        pins.refuse_variable()


_WRITER = """
    import sys
    from pathlib import Path
    from flowstacks.promotion import pins
    path, contents = Path(sys.argv[1]), [bytes([digit]) * 200_000 for digit in b"01"]
    print("ready", flush=True)
    while True:
        for content in contents:
            pins.replace(path, content)
"""


def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    path = _write(tmp_path, b"0" * 200_000)
    seen: set[bytes] = set()
    for attempt in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(_WRITER), str(path)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout
            writer.stdout.readline()
            time.sleep(0.003 * attempt)
            writer.send_signal(signal.SIGKILL)
        content = path.read_bytes()
        assert len(content) == 200_000
        seen.add(content)
    assert {len(set(content)) for content in seen} == {1}


def _branches(root: Path, text: str) -> Repo:
    """Two people who promote different commits at once, merged by git."""
    repo = Repo(root)
    repo.commit({"Pulumi.staging.yaml": text})
    repo.git("checkout", "-q", "-b", "other")
    pins.write(pins.edit(root, "staging", _promoted(B)))
    repo.commit({})
    repo.git("checkout", "-q", "main")
    pins.write(pins.edit(root, "staging", _promoted(C, "qa")))
    repo.commit({})
    with pytest.raises(subprocess.CalledProcessError):
        repo.git("merge", "-q", "other")
    return repo


_EMPTY = "config:\n  flowstacks:runtime: process\n  flowstacks:schedule_policy: none\n# end\n"


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        (_TEXT, _TEXT.replace(f"    commit: {A}\n    from: dev\n", "")),
        (_EMPTY, _EMPTY.replace("# end", "  flowstacks:release:\n# end")),
    ],
)
def test_two_people_at_once_get_a_conflict_in_the_release_only(tmp_path: Path, text: str, outside: str) -> None:
    _branches(tmp_path, text)
    merged = (tmp_path / "Pulumi.staging.yaml").read_text().splitlines(keepends=True)
    start, end = (next(at for at, line in enumerate(merged) if line.startswith(mark)) for mark in ("<<<", ">>>"))
    assert "".join([*merged[:start], *merged[end + 1 :]]) == outside
    assert [line.strip() for line in merged[start + 1 : end]] == [
        f"commit: {C}", "from: qa", "=======", f"commit: {B}", "from: dev",
    ]  # fmt: skip
    with pytest.raises(RejectedError, match=r"Pulumi\.staging\.yaml:\d+: error"):
        pins.read(tmp_path, "staging")
