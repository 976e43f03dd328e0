"""`make down` and `make clean`."""

import shutil
from pathlib import Path

from infra.local import progress
from infra.local.places import Places
from infra.local.servers import prefect, process, record, worker
from infra.local.servers.record import Record


def down(places: Places) -> int:
    """Stop what we started, workers before the server they talk to; returns how many ran.

    Raises `LocalError` where one can't be stopped.
    """
    ours = sorted(record.load_all(places.records), key=lambda known: known.name == prefect.NAME)
    stopped = 0
    for known in ours:
        with progress.shown(f"{known.name} stops"):
            ran = process.stop(known, _folder(places, known))
        if ran:
            stopped += 1
            progress.say(f"{known.name}: stopped")
    if not stopped:
        progress.say("nothing of ours was running")
    return stopped


def clean(places: Places) -> None:
    """Down, then remove `.local`; the shared cache of engines stays. Raises `LocalError` as `down`."""
    down(places)
    if not places.local.exists():
        progress.say("nothing to remove")
        return
    for entry in sorted(places.local.iterdir()):
        progress.say(f"removing {entry.relative_to(places.root)}")
    shutil.rmtree(places.local)


def _folder(places: Places, known: Record) -> Path:
    if known.name == prefect.NAME:
        return places.prefect_home
    return worker.folder(places, known.name.removeprefix(worker.name("")))
