"""A line every few seconds while something takes its time."""

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Generator

_FIRST_AFTER_S = 2.0
_EVERY_S = 5.0


def _nothing() -> str:
    return ""


def announce(line: str) -> None:
    """One line for the reader, at once even where stdout is a file."""
    print(line, flush=True)


@contextlib.contextmanager
def shown(activity: str, detail: Callable[[], str] = _nothing) -> Generator[None, None, None]:
    """Say `what … 12 s` after two seconds and then every five; `detail()` adds how far it is."""
    done = threading.Event()
    ticker = threading.Thread(target=_tick, args=(activity, detail, done), daemon=True)
    ticker.start()
    try:
        yield
    finally:
        done.set()
        ticker.join()


def _tick(activity: str, detail: Callable[[], str], done: threading.Event) -> None:
    started = time.monotonic()
    wait_s = _FIRST_AFTER_S
    while not done.wait(wait_s):
        wait_s = _EVERY_S
        print(f"  {activity} … {time.monotonic() - started:.0f} s{detail()}", file=sys.stderr, flush=True)
