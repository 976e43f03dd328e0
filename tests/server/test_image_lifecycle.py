"""The `Image` resource against a real registry, driven as the engine drives it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi import dynamic

from flowstacks.provider.errors import ProviderError
from flowstacks.provider.http.transport import Endpoint, Patience
from flowstacks.provider.images import endpoint, lifecycle, tags
from flowstacks.provider.images.repository import RegistryRepository
from flowstacks.provider.images.session import RegistrySession, RegistrySettings
from tests.support import registry
from tests.support.image_repository import ImageRepository

QUICK = Patience(total_s=5.0, absent_s=0.3, first_wait_s=0.02, longest_wait_s=0.5)
NOWHERE = f"sha256:{'0' * 64}"
HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
NAME = "flowstacks-staging"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with registry.running(tmp_path / "registry") as running:
        monkeypatch.setenv(endpoint.REGISTRY, running)
        yield running


@pytest.fixture
def there(url: str) -> Iterator[RegistryRepository]:
    """What anybody would see, past the resource."""
    with RegistryRepository(Endpoint(url=url, denied="", refused="", silent=""), NAME, QUICK) as repository:
        yield repository


@pytest.fixture
def digest(url: str, tmp_path: Path) -> str:
    return registry.push(url, f"{NAME}:tree-k1", tmp_path, "one")


@pytest.fixture
def other(url: str, tmp_path: Path) -> str:
    return registry.push(url, f"{NAME}:tree-k2", tmp_path, "two")


_open: list[RegistrySession] = []


@pytest.fixture(autouse=True)
def _sessions_closed() -> Iterator[None]:
    yield
    while _open:
        _open.pop().close()


class Resource:
    """One resource of a stack: `id` and `outs` are its state. Each call comes from a process of its own."""

    def __init__(self, *, build: bool = False, **inputs: Any) -> None:
        self.settings = RegistrySettings(build=build)
        self.inputs: dict[str, Any] = {
            "repository_url": f"{HOST}/{NAME}", "region": "eu-central-1", "image": "etl", "digest": None,
            "commit": "c" * 40, "tree_key": "k1", "tag": "pin-etl", **inputs,
        }  # fmt: skip
        self.id = ""
        self.outs: dict[str, Any] = {}

    def session(self) -> RegistrySession:
        _open.append(RegistrySession(self.settings, QUICK))
        return _open[-1]

    def checked(self, session: RegistrySession | None = None) -> dict[str, Any]:
        # The engine drops what is null.
        sent = {key: value for key, value in self.inputs.items() if value is not None}
        checked = lifecycle.check(session or self.session(), sent)
        assert not checked.failures
        return checked.inputs

    def create(self) -> None:
        made = lifecycle.create(self.session(), self.checked())
        self.id, self.outs = made.id, made.outs or {}

    def diff(self, session: RegistrySession | None = None, **inputs: Any) -> dynamic.DiffResult:
        self.inputs |= inputs
        session = session or self.session()
        return lifecycle.diff(session, self.outs, self.checked(session))

    def up(self, **inputs: Any) -> bool:
        found = self.diff(**inputs)
        assert not found.replaces
        if found.changes:
            self.outs = lifecycle.update(self.session(), self.checked()).outs or {}
        return bool(found.changes)

    def refresh(self, session: RegistrySession | None = None) -> None:
        found = lifecycle.read(session or self.session(), self.id, self.outs)
        self.id, self.outs = found.id or "", dict(found.outs or {})

    def delete(self, session: RegistrySession | None = None) -> None:
        lifecycle.delete(session or self.session(), self.outs)


def test_a_pinned_digest_is_tagged(there: RegistryRepository, digest: str) -> None:
    image = Resource(digest=digest)
    image.create()
    assert image.outs["uri"] == f"{HOST}/{NAME}@{digest}"
    assert there.digest("pin-etl") == digest
    assert not image.up()
    assert not image.up(commit="d" * 40)


def test_a_digest_left_open_is_that_of_the_content(there: RegistryRepository, digest: str, other: str) -> None:
    image = Resource()
    image.create()
    assert image.outs["digest"] == digest
    assert not image.up(digest=digest)
    assert not image.up(digest=None)
    assert image.up(tree_key="k2")
    assert image.outs["digest"] == there.digest("pin-etl") == other


def test_a_named_image_has_a_content_tag_of_its_own(there: RegistryRepository, digest: str) -> None:
    there.tag(digest, tags.tree("etl/gpu", "k9"))
    image = Resource(image="etl/gpu", tree_key="k9")
    image.create()
    assert image.outs["digest"] == digest


def test_a_pin_that_is_missing(there: RegistryRepository, digest: str) -> None:
    with pytest.raises(ProviderError, match="flowstacks build STACK etl --commit c"):
        Resource(digest=NOWHERE).create()
    assert there.digest("pin-etl") is None
    assert there.has(digest)


def test_nothing_is_built_unless_it_is_allowed(there: RegistryRepository) -> None:
    with pytest.raises(ProviderError, match=r"flowstacks:images\.build"):
        Resource(tree_key="k3").create()
    assert there.tags() == []


def test_another_pin_moves_the_tag(there: RegistryRepository, digest: str, other: str) -> None:
    image = Resource(digest=digest)
    image.create()
    assert image.up(digest=other)
    assert there.digest("pin-etl") == image.outs["digest"] == other
    assert image.outs["uri"].endswith(other)


def test_a_copied_image_can_be_pinned(url: str, there: RegistryRepository, tmp_path: Path) -> None:
    staged = registry.push(url, "flowstacks-dev:tree-k1", tmp_path, "promoted")
    with RegistryRepository(there.server, "flowstacks-dev", QUICK) as dev:
        there.copy(dev, staged)
    image = Resource(digest=staged)
    image.create()
    assert there.digest("pin-etl") == staged


def test_what_is_elsewhere_is_brought_once(url: str, there: RegistryRepository, tmp_path: Path) -> None:
    staged = registry.push(url, "flowstacks-dev:tree-k1", tmp_path, "promoted")
    image = Resource(digest=staged, source=f"{HOST}/flowstacks-dev")
    image.create()
    assert there.digest("pin-etl") == there.digest("tree-k1") == staged
    assert not image.up(source=None)
    image.refresh()
    assert not image.up(source=f"{HOST}/flowstacks-other")


def test_what_is_nowhere_can_not_be_brought(there: RegistryRepository) -> None:
    with pytest.raises(ProviderError, match=NOWHERE):
        Resource(digest=NOWHERE, source=f"{HOST}/flowstacks-dev").create()
    assert there.tags() == []


@pytest.mark.parametrize("drift", ["lost", "moved"])
def test_a_refresh_finds_the_tag(there: RegistryRepository, digest: str, other: str, drift: str) -> None:
    image = Resource(digest=digest)
    image.create()
    image.refresh()
    assert not image.up()
    if drift == "lost":
        there.untag("pin-etl")
    else:
        there.tag(other, "pin-etl")
    image.refresh()
    assert (image.outs["tag"], image.outs["digest"]) == ("", digest)
    assert image.up()
    assert there.digest("pin-etl") == digest
    image.refresh()
    assert not image.up()


def test_a_digest_that_is_gone(url: str, there: RegistryRepository, tmp_path: Path) -> None:
    mine = registry.push(url, f"{NAME}:tree-k1", tmp_path, "to be deleted")
    image = Resource(digest=mine)
    image.create()
    there.untag("pin-etl")
    there._ask("DELETE", f"manifests/{mine}")
    image.refresh()
    assert (image.id, image.outs) == ("", {})


def test_a_delete_takes_its_tag_only(there: RegistryRepository, digest: str) -> None:
    there.tag(digest, "pin-web")
    image = Resource(digest=digest)
    image.create()
    image.delete()
    image.delete()
    assert there.tags() == ["pin-web", "tree-k1"]
    assert there.has(digest)


def test_a_delete_leaves_a_tag_that_stands_for_another_image(
    there: RegistryRepository, digest: str, other: str
) -> None:
    image = Resource(digest=digest)
    image.create()
    there.tag(other, "pin-etl")
    image.delete()
    assert there.digest("pin-etl") == other


@pytest.mark.parametrize("how", ["created", "kept"])
def test_a_delete_leaves_what_another_resource_of_the_run_is(there: RegistryRepository, digest: str, how: str) -> None:
    old, new = Resource(digest=digest), Resource(digest=digest)
    old.create()
    new.create()
    session = new.session()
    if how == "created":
        lifecycle.create(session, new.checked())
    else:
        new.diff(session)
    old.delete(session)
    assert there.digest("pin-etl") == digest


def test_another_tag_replaces(there: RegistryRepository, digest: str) -> None:
    image = Resource(digest=digest)
    image.create()
    before = dict(image.outs)
    assert image.diff(tag="pin-etl.gpu").replaces == ["tag"]
    session = image.session()
    lifecycle.create(session, image.checked())
    lifecycle.delete(session, before)
    assert there.tags() == ["pin-etl.gpu", "tree-k1"]


def test_what_is_missing_is_built_from_its_commit(
    there: RegistryRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.buildah("--version")
    team = ImageRepository(tmp_path / "team")
    monkeypatch.chdir(team.root)
    project = team.project()
    image = Resource(build=True, commit=project.commit, tree_key=project.tree_key)
    image.create()
    assert there.digest(f"tree-{project.tree_key}") == there.digest("pin-etl") == image.outs["digest"]
    team.commit(**{"flows/etl/load.py": "broken = (\n", "flows/etl/Dockerfile": "FROM scratch\nCOPY nothing /\n"})
    edited = team.project()
    with pytest.raises(ProviderError, match="etl was not built: etl: the build failed"):
        image.up(commit=edited.commit, tree_key=edited.tree_key)
    with pytest.raises(ProviderError, match="does not hold etl as it is pinned"):
        image.up(tree_key="k9")


def test_a_project_without_a_base_is_not_built(
    there: RegistryRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = ImageRepository(tmp_path / "team")
    monkeypatch.chdir(team.root)
    web = team.project("web")
    with pytest.raises(ProviderError, match=r"flowstacks:images\.base"):
        Resource(build=True, image="web", commit=web.commit, tree_key=web.tree_key).create()
    assert there.tags() == []


def test_a_delete_is_sent_for_what_only_a_refresh_looked_at(there: RegistryRepository, digest: str) -> None:
    image = Resource(digest=digest)
    image.create()
    session = image.session()
    image.refresh(session)
    lifecycle.diff(session, image.outs, image.outs)
    image.delete(session)
    assert there.digest("pin-etl") is None
