import errno
import os

import pytest

from flowstacks.local import __main__ as command
from flowstacks.local import errors, shutdown
from flowstacks.local.places import Places


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EDQUOT])
def test_what_the_file_system_refuses_is_one_line_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    def refuse(checkout: Places) -> int:
        raise OSError(number, os.strerror(number), str(checkout.local / "log"))

    monkeypatch.setattr(shutdown, "stop_all", refuse)
    assert command.main(["down"]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("error: ")
    assert printed.count("\n") == 1
    assert "/.local/log: " in printed
    assert "then try again" in printed


def test_other_errors_of_the_system_stay_what_they_are() -> None:
    failed = OSError(errno.EBADF, "Bad file descriptor")
    with pytest.raises(OSError, match="Bad file") as raised:
        errors.refusal(failed)
    assert raised.value is failed
