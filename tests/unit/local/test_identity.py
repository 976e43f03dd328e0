import dataclasses
import os
import subprocess
import sys

from flowstacks.local.servers import identity


def test_a_process_is_itself() -> None:
    mine = identity.of(os.getpid())
    assert mine is not None
    assert mine.pid == os.getpid()
    assert identity.lives(mine)


def test_a_recycled_pid_is_another_process() -> None:
    mine = identity.of(os.getpid())
    assert mine is not None
    assert not identity.lives(dataclasses.replace(mine, started="1@another boot"))
    assert not identity.lives(dataclasses.replace(mine, command="prefect server start"))


def test_an_ended_process_lives_no_more_even_before_it_is_waited_for() -> None:
    script = "print('ready', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        found = identity.of(child.pid)
        assert found is not None
        assert identity.lives(found)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and still a zombie
        assert not identity.lives(found)


def test_a_name_with_spaces_and_parentheses_does_not_shift_the_start_time() -> None:
    # The kernel's name of a process may hold ") 1 2 3", which a naive split takes for fields.
    rename = (
        "import ctypes; print('x', flush=True); input(); "
        "ctypes.CDLL(None).prctl(15, b'a) Z 1 (b', 0, 0, 0); print('x', flush=True); input()"
    )
    with subprocess.Popen([sys.executable, "-c", rename], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        before = identity.of(child.pid)
        child.stdin.write(b"\n")
        child.stdin.flush()
        child.stdout.readline()
        assert identity.of(child.pid) == before
        assert before is not None
        child.kill()


def test_what_a_marked_process_starts_is_found_by_the_mark() -> None:
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "MARK": "of this test"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        found = identity.marked("MARK=of this test")
        assert parent.pid in found
        assert len(found) == 2
        assert identity.marked("MARK=of this") == []
        parent.communicate(b"\n")
