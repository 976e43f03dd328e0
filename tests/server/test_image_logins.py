"""A registry that asks for a login as ECR does, and one that sends downloads elsewhere as ECR does."""

import base64
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flowstacks.images.buildah import Buildah
from flowstacks.images.builder import BuildJob, Destination
from flowstacks.local.servers import registry as registry_server
from flowstacks.local.servers import server
from flowstacks.provider.errors import DeniedError
from flowstacks.provider.http.transport import Endpoint, Patience
from flowstacks.provider.images.repository import RegistryRepository
from tests.support import fault_proxy, registry
from tests.support.fault_proxy import Fault

QUICK = Patience(total_s=5.0, absent_s=0.3, first_wait_s=0.02, longest_wait_s=0.5)
LOGIN = base64.b64encode(b"AWS:password").decode()
_USERS = "AWS:$2y$05$abcdefghijklmnopqrstuuWG29KuyeAicPCJODk1zjyGvyQUU2awu\n"  # bcrypt of "password"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """It answers nobody without the login."""
    installed = registry_server.binary()
    if installed is None:
        registry.absent(registry_server.MISSING)
        return
    (tmp_path / "users").write_text(_USERS)
    asking = {"REGISTRY_AUTH_HTPASSWD_REALM": "flows", "REGISTRY_AUTH_HTPASSWD_PATH": str(tmp_path / "users")}
    plain = registry_server.described(tmp_path / "images", tmp_path / "log", installed)
    guarded = dataclasses.replace(
        plain,
        environment=lambda number: {**plain.environment(number), **asking},
        answers=lambda number: _asks_for_a_login(plain.url(number)),
    )
    with server.running(guarded) as running:
        yield running


def _asks_for_a_login(url: str) -> bool:
    try:
        return httpx.get(f"{url}/v2/").status_code == httpx.codes.UNAUTHORIZED
    except httpx.TransportError:
        return False


def _server(url: str, login: str) -> Endpoint:
    headers = {"Authorization": f"Basic {login}"}
    return Endpoint(url=url, headers=headers, secrets=(login,), denied="Log in.", refused="", silent="")


def _built(tmp_path: Path, url: str, login: str) -> str | None:
    registry.buildah("--version")
    job = BuildJob(scratch=tmp_path, context=tmp_path / "context", containerfile=tmp_path / "Containerfile", base=None)
    job.context.mkdir()
    (job.context / "large").write_bytes(bytes(range(256)) * 40_000)
    job.containerfile.write_text("FROM scratch\nCOPY . /opt/flows/\n")
    reference = f"{url.removeprefix('http://')}/flows:tree-k"
    return Buildah().build(job, Destination(reference=reference, login=login, is_plain=True))


def test_pushed_found_and_copied_with_the_login(url: str, tmp_path: Path) -> None:
    digest = _built(tmp_path, url, LOGIN)
    assert (tmp_path / "login.json").stat().st_mode & 0o077 == 0
    with (
        RegistryRepository(_server(url, LOGIN), "flows", QUICK) as flows,
        RegistryRepository(flows.server, "other", QUICK) as other,
    ):
        assert digest
        assert flows.digest("tree-k") == digest
        other.copy(flows, digest)
        assert other.has(digest)


def test_a_wrong_login_is_not_taken_for_absent_and_not_shown(url: str) -> None:
    wrong = base64.b64encode(b"AWS:wrong").decode()
    with (
        RegistryRepository(_server(url, wrong), "flows", QUICK) as flows,
        pytest.raises(DeniedError, match="Log in") as denied,
    ):
        flows.digest("tree-k")
    assert wrong not in str(denied.value)


def test_a_download_goes_where_the_registry_sends_it_without_the_login(url: str, tmp_path: Path) -> None:
    digest = _built(tmp_path, url, LOGIN)
    assert digest
    with (
        registry.running(tmp_path / "elsewhere") as elsewhere,
        fault_proxy.running(url) as proxy,
        RegistryRepository(_server(proxy.url, LOGIN), "flows", QUICK) as flows,
        RegistryRepository(Endpoint(url=elsewhere, denied="", refused="", silent=""), "flows", QUICK) as target,
    ):
        # To the guarded registry itself, past the proxy: another origin, which must not be given the login.
        blob = f"{url}/v2/flows/blobs/"
        proxy.plan(Fault("answer", "GET", "/blobs/", status=307, headers={"Location": blob + digest}))
        with pytest.raises(DeniedError):
            target.copy(flows, digest)
        assert proxy.left() == 0
        proxy.plan()
        target.copy(flows, digest)
        assert target.has(digest)
