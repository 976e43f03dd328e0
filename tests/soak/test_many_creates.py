"""Many deployments are created while a worker asks the embedded server for runs: SQLite refuses neither of them."""

import collections
import os
import time

from flowstacks.local import places
from flowstacks.local.servers import process, record, worker
from tests.support import flows
from tests.support.workspace import Workspace

COUNT = int(os.environ.get("SOAK_CREATES", "1000"))
PER_PROJECT = 50
_LONGEST_S = 840


def _declare(workspace: Workspace) -> None:
    for number in range(0, COUNT, PER_PROJECT):
        declared = [{"name": f"d{place}", "cron": "0 4 * * *"} for place in range(min(PER_PROJECT, COUNT - number))]
        workspace.write(f"flows/p{number}/load.py", flows.declared("load", *declared, name=f"load-{number}"))
    workspace.commit()


def test_creates_with_the_worker_running(workspace: Workspace) -> None:
    _declare(workspace)
    here = places.at(workspace.root)
    worker.ensure(here, workspace.stack, workspace.api)
    started = record.load(here.records, worker.name(workspace.stack))
    assert started
    try:
        begin = time.monotonic()
        update = workspace.popen("up", "--yes", "--skip-preview", "--non-interactive")
        code = update.wait(timeout=_LONGEST_S)
        seconds = time.monotonic() - begin
    finally:
        process.stop(started, worker.folder(here, workspace.stack))
    statuses = collections.Counter(line.split()[2] for line in workspace.requests())
    print(f"{COUNT} creates beside a worker: {seconds:.0f} s, requests by status: {dict(statuses)}")
    assert code == 0
    assert len(workspace.ids()) == COUNT
    assert statuses["503"] == 0
    assert statuses["-"] == 0
    log = (here.logs / f"{worker.name(workspace.stack)}.log").read_text(encoding="utf-8", errors="replace")
    assert "503" not in log
