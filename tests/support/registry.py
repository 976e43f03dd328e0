"""A real registry, and small real images in it."""

import contextlib
import os
import subprocess
import uuid
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest

from flowstacks.local.servers import registry, server

TOOLS = "buildah is not installed: apt-get install buildah"
ENVIRONMENT = {**os.environ, "STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}


@contextlib.contextmanager
def running(folder: Path) -> Generator[str]:
    """Its URL. Skips where it is not installed, but not in CI."""
    installed = registry.binary()
    if installed is None:
        absent(registry.MISSING)
    else:
        with server.running(registry.described(folder / "images", folder / "log", installed)) as url:
            yield url


def absent(why: str) -> None:
    """Skip with the remedy, or fail in CI, which has everything."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


def push(url: str, reference: str, folder: Path, content: str, labels: Mapping[str, str] | None = None) -> str:
    """An image with one file of this content, under `name:tag`; its digest."""
    context = folder / reference.replace("/", "-").replace(":", "-")
    context.mkdir(parents=True)
    (context / "content").write_text(content, encoding="utf-8")
    said = "".join(f"LABEL {name}={value}\n" for name, value in (labels or {}).items())
    (context / "Containerfile").write_text(f"FROM scratch\nCOPY content /content\n{said}", encoding="utf-8")
    told, image = context / "digest", f"localhost/flowstacks-test-{uuid.uuid4().hex}"
    host = url.removeprefix("http://")
    buildah("bud", "--timestamp", "0", "--tag", image, str(context))
    buildah("push", "--tls-verify=false", "--digestfile", str(told), image, f"docker://{host}/{reference}")
    buildah("rmi", image)
    return told.read_text(encoding="utf-8").strip()


def buildah(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["buildah", *arguments], check=False, env=ENVIRONMENT, capture_output=True, text=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except FileNotFoundError:
        absent(TOOLS)
        raise
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
