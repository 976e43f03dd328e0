"""The client of the registry's API against a real registry."""

import hashlib
import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flowstacks.provider.errors import NotFoundError, RequestError, UnreachableError
from flowstacks.provider.http.transport import Endpoint, Patience
from flowstacks.provider.images import endpoint
from flowstacks.provider.images.repository import INDEXES, MANIFESTS, RegistryRepository
from tests.support import fault_proxy, registry
from tests.support.fault_proxy import Fault, FaultProxy

QUICK = Patience(total_s=20.0, absent_s=0.3, first_wait_s=0.02, longest_wait_s=0.5)
NOWHERE = f"sha256:{'0' * 64}"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry.running(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture
def images(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[RegistryRepository]:
    monkeypatch.setenv(endpoint.REGISTRY, url)
    with RegistryRepository(endpoint.of_account(None), f"flows/{uuid.uuid4().hex}", QUICK) as repository:
        yield repository


@pytest.fixture
def digest(url: str, images: RegistryRepository, tmp_path: Path) -> str:
    return registry.push(url, f"{images.name}:tree-a", tmp_path, "a")


@pytest.fixture
def proxy(url: str) -> Iterator[FaultProxy]:
    with fault_proxy.running(url) as running:
        yield running


def test_nothing_is_there_before_the_first_push(images: RegistryRepository) -> None:
    assert not images.exists()
    assert images.tags() == []
    assert images.digest("tree-a") is None
    assert not images.has(NOWHERE)


def test_a_tag_stands_for_a_digest(images: RegistryRepository, digest: str) -> None:
    assert images.exists()
    assert images.digest("tree-a") == digest
    images.tag(digest, "pin-etl")
    assert images.digest("pin-etl") == digest
    assert images.tags() == ["pin-etl", "tree-a"]


def test_a_tag_moves(url: str, images: RegistryRepository, digest: str, tmp_path: Path) -> None:
    other = registry.push(url, f"{images.name}:tree-b", tmp_path, "b")
    images.tag(digest, "pin-etl")
    images.tag(other, "pin-etl")
    assert images.digest("pin-etl") == other != digest


def test_what_is_tagged_already_is_not_sent_again(images: RegistryRepository, digest: str, proxy: FaultProxy) -> None:
    images.tag(digest, "pin-etl")
    with RegistryRepository(_through(proxy), images.name, QUICK) as seen:
        seen.tag(digest, "pin-etl")
    assert [line.split()[0] for line in proxy.seen] == ["HEAD"]


def test_an_unknown_digest_gets_no_tag(images: RegistryRepository, digest: str) -> None:
    with pytest.raises(NotFoundError):
        images.tag(NOWHERE, "pin-etl")
    assert images.tags() == ["tree-a"]
    assert images.has(digest)


def test_untagging_leaves_image_and_other_tags(images: RegistryRepository, digest: str) -> None:
    images.tag(digest, "pin-etl")
    images.tag(digest, "pin-web")
    images.untag("pin-etl")
    images.untag("pin-etl")
    images.untag("pin-never")
    assert images.tags() == ["pin-web", "tree-a"]
    assert images.digest("pin-web") == digest


def test_a_registry_that_deletes_nothing_says_so(images: RegistryRepository, digest: str, proxy: FaultProxy) -> None:
    images.tag(digest, "pin-etl")
    proxy.plan(Fault("answer", "DELETE", "/manifests/", times=2, status=405))
    with RegistryRepository(_through(proxy), images.name, QUICK) as refusing, pytest.raises(RequestError, match="405"):
        refusing.untag("pin-etl")


@pytest.mark.parametrize("elsewhere", [False, True], ids=["mounted", "sent"])
def test_an_image_is_copied(images: RegistryRepository, digest: str, proxy: FaultProxy, elsewhere: bool) -> None:
    # Through the proxy it looks like another registry, which can't mount.
    source = images if elsewhere else RegistryRepository(_through(proxy), images.name, QUICK)
    with RegistryRepository(_through(proxy), f"{images.name}-copy", QUICK) as copy:
        copy.copy(source, digest)
        assert copy.has(digest)
        assert any(line.startswith("PATCH") for line in proxy.seen) == elsewhere
        copy.tag(digest, "pin-etl")
        sent = len(proxy.seen)
        copy.copy(source, digest)
        assert [line.split()[0] for line in proxy.seen[sent:]] == ["HEAD"]
        copied = f"{_host(proxy.upstream)}/{copy.name}:pin-etl"
        assert registry.buildah("pull", "--quiet", "--tls-verify=false", copied)
        registry.buildah("rmi", copied)
    source.close()


def test_an_index_is_copied_with_its_images(url: str, images: RegistryRepository, digest: str, tmp_path: Path) -> None:
    other = registry.push(url, f"{images.name}:tree-b", tmp_path, "b")
    sizes = [len(httpx.get(f"{url}/v2/{images.name}/manifests/{one}").content) for one in (digest, other)]
    children = [
        {"mediaType": MANIFESTS[0], "digest": one, "size": size}
        for one, size in zip((digest, other), sizes, strict=True)
    ]
    content = json.dumps({"schemaVersion": 2, "mediaType": INDEXES[0], "manifests": children}).encode()
    index = f"sha256:{hashlib.sha256(content).hexdigest()}"
    put = httpx.put(f"{url}/v2/{images.name}/manifests/{index}", content=content, headers={"Content-Type": INDEXES[0]})
    assert put.is_success, put.text
    with RegistryRepository(images.server, f"{images.name}-copy", QUICK) as copy:
        copy.copy(images, index)
        assert [copy.has(one) for one in (index, digest, other)] == [True, True, True]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("answer", "HEAD", "/manifests/", status=429, headers={"Retry-After": "0"}),
        Fault("answer", "HEAD", "/manifests/", times=2, status=503),
        Fault("lose answer", "PUT", "/manifests/"),
        Fault("lose answer", "PATCH", "/uploads/"),
        Fault("lose request", "PUT", "/uploads/"),
        Fault("answer", "POST", "/uploads/", status=503),
    ],
    ids=lambda fault: f"{fault.how} {fault.method} {fault.status}",
)
def test_a_copy_survives(images: RegistryRepository, digest: str, proxy: FaultProxy, fault: Fault) -> None:
    proxy.plan(fault)
    with RegistryRepository(_through(proxy), f"{images.name}-copy", QUICK) as copy:
        copy.copy(images, digest)
        assert copy.has(digest)
    assert proxy.left() == 0


def test_an_upload_is_sent_to_no_other_host(images: RegistryRepository, digest: str, proxy: FaultProxy) -> None:
    elsewhere = {"Location": "https://elsewhere.test/upload"}
    proxy.plan(Fault("answer", "POST", "/uploads/", status=202, headers=elsewhere))
    with (
        RegistryRepository(_through(proxy), f"{images.name}-copy", QUICK) as copy,
        pytest.raises(Exception, match="elsewhere"),
    ):
        copy.copy(images, digest)


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(endpoint.REGISTRY, "http://127.0.0.1:9")
    with (
        RegistryRepository(endpoint.of_account(None), "flows", QUICK) as nobody,
        pytest.raises(UnreachableError, match="make up"),
    ):
        nobody.digest("tree-a")


def _through(proxy: FaultProxy) -> Endpoint:
    return Endpoint(url=proxy.url, denied="", refused="", silent="")


def _host(url: str) -> str:
    return url.removeprefix("http://")
