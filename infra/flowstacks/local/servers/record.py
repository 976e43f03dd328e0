"""What we started, written down: `.local/run/<name>.json`. A stopped server's record keeps its port."""

import os
from pathlib import Path

import pydantic

from flowstacks.core.model import Model
from flowstacks.local.servers.identity import Identity


class Record(Model):
    """`pid`, `started` and `command` are the process's identity; `port` None where it serves none.

    `api_url`: the server it talks to, None where it is the server.
    """

    name: str
    pid: int
    started: str
    command: str
    port: int | None = None
    api_url: str | None = None

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
    found = (load(folder, path.stem) for path in sorted(folder.glob("*.json")))
    return [record for record in found if record]


def save(folder: Path, record: Record) -> None:
    """Replace the record at once."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{record.name}.{os.getpid()}"
    draft.write_text(record.model_dump_json(indent=1) + "\n", encoding="utf-8")
    draft.replace(_path(folder, record.name))


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"
