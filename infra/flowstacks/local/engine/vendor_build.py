"""The vendor's own build of the pinned version.

Source: the install script at https://get.pulumi.com (2026-11), whose `TARBALL_URL` and naming are repeated here.
"""

import contextlib
import os
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from flowstacks.local import progress
from flowstacks.local.engine import tools
from flowstacks.local.errors import LocalError

_BASE = "https://get.pulumi.com/releases/sdk"
_CONNECT_TIMEOUT_S = 5.0
_SYSTEMS = {"Linux": "linux", "Darwin": "darwin"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_TAR_FOLDER = "pulumi"


def url(version: str) -> str | None:
    """Address of the tarball for this machine; None where the vendor has none."""
    system, machine = _SYSTEMS.get(os.uname().sysname), _MACHINES.get(os.uname().machine)
    return f"{_BASE}/pulumi-{version}-{system}-{machine}.tar.gz" if system and machine else None


def into(folder: Path, address: str) -> None:
    """Download and unpack the four tools into `folder`.

    Raises `LocalError` where the site is out of reach or the archive lacks one of them.
    """
    with tempfile.TemporaryFile() as archive:
        try:
            with (
                progress.shown("engine downloads"),
                urllib.request.urlopen(address, timeout=_CONNECT_TIMEOUT_S) as answer,  # noqa: S310 - https, above
            ):
                shutil.copyfileobj(answer, archive)
        except (urllib.error.URLError, OSError) as failed:
            raise LocalError(f"{address} can't be had ({_reason(failed)})") from failed
        archive.seek(0)
        with tarfile.open(fileobj=archive) as tar, contextlib.suppress(KeyError):
            for name in tools.ALL:
                _unpack(tar, name, folder)
    if not tools.complete(folder):
        raise LocalError(f"{address} lacks one of {', '.join(tools.ALL)}")


def _unpack(tar: tarfile.TarFile, name: str, folder: Path) -> None:
    member = tar.extractfile(f"{_TAR_FOLDER}/{name}")
    if member is None:
        return
    target = folder / name
    with member, target.open("wb") as file:
        shutil.copyfileobj(member, file)
    target.chmod(0o755)


def _reason(failed: OSError) -> str:
    return str(getattr(failed, "reason", None) or failed)
