"""The registry on loopback: the real one, with what Debian's package installs."""

import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from flowstacks.local.errors import LocalError
from flowstacks.local.servers import registry, server
from flowstacks.local.servers.server import LocalServer

MANIFEST = b'{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []}'
DIGEST = f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"
TYPE = "application/vnd.oci.image.index.v1+json"


@pytest.fixture
def images(tmp_path: Path) -> LocalServer:
    installed = registry.binary()
    if not installed:
        assert os.environ.get("CI") != "true", registry.MISSING
        pytest.skip(registry.MISSING)
    # A folder that YAML would read as a mapping, were it not quoted.
    return registry.described(tmp_path / "a: {b} ü", tmp_path / "log", installed)


def test_its_content_stays_and_can_be_deleted(images: LocalServer) -> None:
    with server.running(images) as url:
        for reference in (DIGEST, "pin-etl"):
            put = httpx.put(f"{url}/v2/flows/manifests/{reference}", content=MANIFEST, headers={"Content-Type": TYPE})
            assert put.status_code == httpx.codes.CREATED, put.text
    assert (images.folder / "docker").is_dir()
    with server.running(images) as url:
        found = httpx.get(f"{url}/v2/flows/manifests/pin-etl", headers={"Accept": TYPE})
        assert found.headers["Docker-Content-Digest"] == DIGEST
        assert httpx.delete(f"{url}/v2/flows/manifests/{DIGEST}").status_code == httpx.codes.ACCEPTED
    assert "level=error" not in images.log.read_text()


def test_another_registry_at_its_port_is_not_taken_for_it(images: LocalServer, tmp_path: Path) -> None:
    installed = registry.binary()
    assert installed
    other = registry.described(tmp_path / "other", tmp_path / "log of the other", installed)
    with server.running(other) as url:
        number = urlsplit(url).port or 0
        assert other.answers(number)
        assert not images.answers(number)


def test_variables_of_a_shell_do_not_reach_it(images: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_STORAGE_S3_BUCKET", "production")
    monkeypatch.setenv("REGISTRY_HTTP_DEBUG_ADDR", ":5001")
    again = registry.described(images.folder, images.log, "docker-registry")
    own = {name for name in again.environment(1) if name.startswith("REGISTRY_")}
    assert own == {"REGISTRY_HTTP_ADDR", "REGISTRY_HTTP_HEADERS", "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY"}
    assert again.environment(1)["REGISTRY_HTTP_ADDR"] == "127.0.0.1:1"


def test_what_only_has_its_name_is_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stranger = tmp_path / "registry"
    stranger.write_text("#!/bin/sh\necho registry of births 1.0\n")
    stranger.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert registry.binary() is None
    with pytest.raises(LocalError, match="docker-registry"):
        registry.running(tmp_path)
