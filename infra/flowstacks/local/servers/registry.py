"""A registry on loopback for the images of `ecs` environments, where one is installed on this machine."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

from flowstacks.local import variables
from flowstacks.local.errors import LocalError
from flowstacks.local.servers import health, port, server
from flowstacks.local.servers.server import LocalServer

NAME = "registry"
MISSING = (
    "images: skipped, no registry is installed on this machine. For images get docker-registry "
    "(Debian: apt-get install docker-registry), then run `make up` again"
)

_BINARIES = ("docker-registry", "registry")  # Debian's name, and the project's own
_MAKERS = "distribution"  # `registry --version` names github.com/[docker|distribution]/distribution (2.8.2, 3.0.0)
_CONFIG = Path(__file__).with_name("registry.yml")
_MARK = "X-Flowstacks-Folder"
_START_TIMEOUT_S = 30.0


def url(number: int) -> str:
    """Where clients find it."""
    return f"http://{port.HOST}:{number}"


def binary() -> str | None:
    """The installed registry; None where there is none."""
    paths = (shutil.which(name) for name in _BINARIES)
    return next((path for path in paths if path and _is_a_registry(path)), None)


def running(folder: Path) -> contextlib.AbstractContextManager[str]:
    """A registry for the length of a block that yields its URL, with the images in `folder`.

    Raises `LocalError` where none is installed or it does not start.
    """
    installed = binary()
    if installed is None:
        raise LocalError(MISSING)
    return server.running(described(folder, folder / "server.log", installed))


def described(folder: Path, log: Path, installed: str) -> LocalServer:
    """`folder` holds the images, `installed` is the binary."""
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()
    # REGISTRY_…: each one overrides a key of the configuration, and could put images elsewhere than on this machine.
    inherited = {
        name: value
        for name, value in variables.without_inherited(os.environ).items()
        if not name.startswith("REGISTRY_")
    }
    # Their values are parsed as YAML, which JSON is.
    own = {
        "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": json.dumps(str(folder), ensure_ascii=False),
        "REGISTRY_HTTP_HEADERS": json.dumps({_MARK: [mark]}),
        "OTEL_TRACES_EXPORTER": "none",  # version 3 sends traces to port 4317 unless told otherwise
    }
    return LocalServer(
        name=NAME,
        title="registry",
        usual_port=5001,  # 5000 is the Debian service's, and AirPlay's on macOS
        start_timeout_s=_START_TIMEOUT_S,
        folder=folder,
        log=log,
        command=lambda _: [installed, "serve", str(_CONFIG)],
        environment=lambda number: {**inherited, **own, "REGISTRY_HTTP_ADDR": f"{port.HOST}:{number}"},
        url=url,
        answers=lambda number: health.header(f"{url(number)}/v2/", _MARK) == mark,
    )


def _is_a_registry(path: str) -> bool:
    completed = subprocess.run(
        [path, "--version"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    return completed.returncode == 0 and _MAKERS in completed.stdout
