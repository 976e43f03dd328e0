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
    records = sorted(record.load_all(places.records), key=lambda entry: entry.name in servers)
    stopped = 0
    for entry in records:
        with progress.shown(f"{entry.name} stops"):
            ran = process.stop(entry, servers.get(entry.name) or _workers(places, entry))
        if ran:
            stopped += 1
            progress.announce(f"{entry.name}: stopped")
    if not stopped:
        progress.announce("nothing of ours was running")
    return stopped


def clean(places: Places) -> None:
    """Down, then remove `.local`; the shared cache of engines stays. Raises `LocalError` as `down`."""
    stop_all(places)
    if not places.local.exists():
        progress.announce("nothing to remove")
        return
    for entry in sorted(places.local.iterdir()):
        progress.announce(f"removing {entry.relative_to(places.root)}")
    shutil.rmtree(places.local)


def _folders(places: Places) -> dict[str, Path]:
    return {prefect.NAME: places.prefect_home, aws.NAME: places.aws, registry.NAME: places.registry}


def _workers(places: Places, entry: Record) -> Path:
    return worker.folder(places, entry.name.removeprefix(worker.name("")))
