"""The paths of the embedded default: `.local/` of the checkout, and the shared cache."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from flowstacks.local.errors import LocalError

_UNFIT_IN_PATH = ":\n"  # ':' separates the entries of PATH, a newline ends a line of `.local/env`


@dataclasses.dataclass(frozen=True)
class Places:
    """All paths are absolute; `root` is the checkout."""

    root: Path

    @property
    def local(self) -> Path:
        """Everything that `make clean` removes."""
        return self.root / ".local"

    @property
    def bin(self) -> Path:
        """First on PATH: `uv` and our `pulumi`."""
        return self.local / "bin"

    @property
    def venv(self) -> Path:
        """The environment that `uv sync` keeps."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The interpreter that runs everything of ours."""
        return self.venv / "bin" / "python"

    @property
    def engine(self) -> Path:
        """A link to the folder that holds the real `pulumi`."""
        return self.local / "engine"

    @property
    def env_file(self) -> Path:
        """`. .local/env`."""
        return self.local / "env"

    @property
    def passphrase(self) -> Path:
        """The passphrase of the local state, made once."""
        return self.local / "passphrase"

    @property
    def state(self) -> Path:
        """Pulumi's file backend."""
        return self.local / "pulumi"

    @property
    def truncated(self) -> Path:
        """State files that could not be read, moved away by `make up`."""
        return self.local / "truncated"

    @property
    def pulumi_home(self) -> Path:
        """`PULUMI_HOME`: plugins and the selected stack, apart from the user's own."""
        return self.local / "pulumi-home"

    @property
    def stacks(self) -> Path:
        """Local copies of the stack files (docs/adr/0002)."""
        return self.local / "stacks"

    @property
    def prefect_home(self) -> Path:
        """`PREFECT_HOME`: the server's database, and no profile of the user's."""
        return self.local / "prefect"

    @property
    def aws(self) -> Path:
        """The AWS emulator's journal of requests. It holds secrets."""
        return self.local / "aws"

    @property
    def aws_region(self) -> Path:
        """The region of the `ecs` stack that came up last."""
        return self.aws / "region"

    @property
    def registry(self) -> Path:
        """The images of the registry."""
        return self.local / "registry"

    @property
    def logs(self) -> Path:
        """One file per server."""
        return self.local / "log"

    @property
    def records(self) -> Path:
        """One file per server that we started."""
        return self.local / "run"


def at(root: Path) -> Places:
    """Resolve `root`. Raises `LocalError` where it can't be an entry of PATH."""
    resolved = root.resolve()
    if any(unfit in str(resolved) for unfit in _UNFIT_IN_PATH):
        raise LocalError(
            f"{str(resolved)!r} has a colon or a line break and can't stand on PATH. Move the checkout elsewhere"
        )
    return Places(resolved)


def cache(environ: Mapping[str, str]) -> Path:
    """Folder that all checkouts of a user share: `FLOWSTACKS_CACHE_DIR`, else the XDG cache."""
    named = environ.get("FLOWSTACKS_CACHE_DIR")
    if named:
        return Path(named).expanduser().absolute()
    base = environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "flowstacks"
