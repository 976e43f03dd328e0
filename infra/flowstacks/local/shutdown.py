"""`make down` and `make clean`."""

import shutil
from pathlib import Path

from flowstacks.local import progress
from flowstacks.local.places import Places
from flowstacks.local.servers import aws, prefect, process, record, registry, worker
from flowstacks.local.servers.record import Record


def stop_all(places: Places) -> int:
    """Stop what we started, workers before the server they talk to; returns how many ran.

    Raises `LocalError` where one can't be stopped.
    """
    servers = _folders(places)
    ours = sorted(record.load_all(places.records), key=lambda known: known.name in servers)
    stopped = 0
    for known in ours:
        with progress.shown(f"{known.name} stops"):
            ran = process.stop(known, servers.get(known.name) or _workers(places, known))
        if ran:
            stopped += 1
            progress.say(f"{known.name}: stopped")
    if not stopped:
        progress.say("nothing of ours was running")
    return stopped


def clean(places: Places) -> None:
    """Down, then remove `.local`; the shared cache of engines stays. Raises `LocalError` as `down`."""
    stop_all(places)
    if not places.local.exists():
        progress.say("nothing to remove")
        return
    for entry in sorted(places.local.iterdir()):
        progress.say(f"removing {entry.relative_to(places.root)}")
    shutil.rmtree(places.local)


def _folders(places: Places) -> dict[str, Path]:
    return {prefect.NAME: places.prefect_home, aws.NAME: places.aws, registry.NAME: places.registry}


def _workers(places: Places, known: Record) -> Path:
    return worker.folder(places, known.name.removeprefix(worker.name("")))
