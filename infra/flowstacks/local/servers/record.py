"""What we started, written down: `.local/run/<name>.json`. A stopped server's record keeps its port."""

import os
from pathlib import Path

import pydantic

from flowstacks.core.model import Model
from flowstacks.local.servers.identity import Identity


class Record(Model):
    """A server that `make up` started. `pid`, `started` and `command` together are the process's identity."""

    name: str
    """Of the server, and of the record's file."""

    pid: int
    """Another process may have this number by now."""

    started: str
    """As `Identity.started`."""

    command: str
    """The command line, separated by spaces."""

    port: int | None = None
    """Where it listens; None for a worker."""

    api_url: str | None = None
    """The Prefect API that a worker talks to; None for a server."""

    @property
    def identity(self) -> Identity:
        """To be compared with the process that has the PID now."""
        return Identity(self.pid, self.started, self.command)


def load(folder: Path, name: str) -> Record | None:
    """The last record of that server; None where there is none or it is not ours to understand."""
    try:
        return Record.model_validate_json(_path(folder, name).read_text(encoding="utf-8"))
    except (FileNotFoundError, pydantic.ValidationError):
        return None


def load_all(folder: Path) -> list[Record]:
    """All records, by name."""
    records = (load(folder, path.stem) for path in sorted(folder.glob("*.json")))
    return [record for record in records if record]


def save(folder: Path, record: Record) -> None:
    """Replace the record at once."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{record.name}.{os.getpid()}"
    draft.write_text(record.model_dump_json(indent=1) + "\n", encoding="utf-8")
    draft.replace(_path(folder, record.name))


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"
