"""End with the engine: a plugin whose engine was killed must not send a late request after the next run has begun."""

import os
import threading
import time

INTERVAL_S = 0.25


def watch() -> None:
    """From a daemon thread, and leave by `os._exit`: no clean-up may send anything.

    Our parent is the engine itself: the start script execs (see `install`).
    """
    threading.Thread(target=_until_gone, args=(os.getppid(),), name="watch-parent", daemon=True).start()


def _until_gone(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(INTERVAL_S)
    os._exit(1)
