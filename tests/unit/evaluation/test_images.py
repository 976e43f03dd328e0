"""Which digest each image gets, against a real registry; and what is said where there is none."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from flowstacks.core.errors import FlowstacksError, ServerError
from flowstacks.core.problem import Place
from flowstacks.desired.objects import DesiredImage
from flowstacks.evaluation import images
from flowstacks.images import containerfile
from flowstacks.provider.http.transport import Patience
from flowstacks.provider.images import ecr, endpoint
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import Key
from tests.support import manifests, registry

_QUICK = Patience(total_s=5.0, absent_s=0.3, first_wait_s=0.02)
_NOWHERE = f"sha256:{'0' * 64}"


def _config(**said: Any) -> Config:
    return Config.model_validate({
        "environment": "staging", "runtime": "ecs", "schedule_policy": "paused", "region": "eu-central-1", **said,
    })  # fmt: skip


def _wanted(image: str = "etl", digest: str | None = None) -> DesiredImage:
    project = manifests.project(image.partition("/")[0], tree_key="k1")
    return DesiredImage(name=image, key=image, project=project, digest=digest, pinned_at=("flowstacks:release", image))


def _digests(found: images.Resolved) -> dict[str, str | None]:
    return {name: one.digest for name, one in found.images.items()}


def _locate(path: Sequence[Key]) -> Place:
    return Place("Pulumi.staging.yaml", {"etl": 7, "web": 9}[str(path[-1])])


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with registry.running(tmp_path / "registry") as running:
        monkeypatch.setenv(endpoint.REGISTRY, running)
        yield running


@pytest.fixture
def _emulator_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(endpoint.REGISTRY, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")


def test_pinned_and_found(url: str, tmp_path: Path) -> None:
    digest = registry.push(url, "flowstacks-staging:tree-k1", tmp_path, "a")
    named = registry.push(url, "flowstacks-staging:tree-k1-gpu", tmp_path, "b")
    found = images.resolve(_config(), [_wanted("web", digest), _wanted(), _wanted("etl/gpu")], _locate, patience=_QUICK)
    assert found.problems == []
    assert _digests(found) == {"web": digest, "etl": digest, "etl/gpu": named}


def test_a_commit_pinned_by_hand_without_its_images_is_refused(url: str, tmp_path: Path) -> None:
    stale = registry.push(url, "flowstacks-staging:tree-k0", tmp_path, "a", {containerfile.TREE_KEY: "k0"})
    fresh = registry.push(url, "flowstacks-staging:other", tmp_path, "b", {containerfile.TREE_KEY: "k1"})
    theirs = registry.push(url, "flowstacks-staging:theirs", tmp_path, "c")
    release = {"commit": "9" * 40}

    def codes(digest: str) -> list[str]:
        found = images.resolve(_config(release=release), [_wanted(digest=digest)], _locate, patience=_QUICK)
        return [f"{one.code}:{one.line}: {one.remedy}" for one in found.problems]

    assert codes(stale) == [f"stale-image:7: Run `flowstacks pin staging {'9' * 40}`, which pins its image too"]
    assert codes(fresh) == []
    assert codes(theirs) == []


def test_missing(url: str, tmp_path: Path) -> None:
    registry.push(url, "flowstacks-main:tree-k1", tmp_path, "not ours")
    found = images.resolve(_config(), [_wanted(digest=_NOWHERE), _wanted("web")], _locate, patience=_QUICK)
    assert _digests(found) == {}
    assert [(one.code, one.severity, one.line) for one in found.problems] == [
        ("missing-image", "error", 7), ("missing-image", "error", 9),
    ]  # fmt: skip
    assert [_NOWHERE in found.problems[0].message, "web at 51aa51aa51aa" in found.problems[1].message] == [True, True]
    assert f"flowstacks build staging web --commit {manifests.EFFECTIVE}" in found.problems[1].remedy


@pytest.mark.usefixtures("url")
def test_what_up_may_build_is_left_open_but_a_pin_is_a_pin() -> None:
    settings = _config(images={"build": True})
    found = images.resolve(settings, [_wanted(), _wanted("web", _NOWHERE)], _locate, patience=_QUICK)
    assert _digests(found) == {"etl": None}
    assert [one.code for one in found.problems] == ["missing-image"]


def test_an_environment_without_a_release_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(endpoint.REGISTRY, "http://127.0.0.1:9")
    assert images.resolve(_config(), [], _locate, patience=_QUICK).images == {}


def test_a_registry_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(endpoint.REGISTRY, "http://127.0.0.1:9")
    with pytest.raises(ServerError, match="images of staging"):
        images.resolve(_config(), [_wanted()], _locate, patience=_QUICK)


@pytest.mark.usefixtures("_emulator_alone")
def test_without_a_registry_pins_are_taken_as_they_are() -> None:
    found = images.resolve(_config(), [_wanted(digest=_NOWHERE), _wanted("web", _NOWHERE)], _locate, patience=_QUICK)
    assert _digests(found) == {"etl": _NOWHERE, "web": _NOWHERE}
    assert [(one.severity, one.code, one.line) for one in found.problems] == [("warning", "unverified-image", 7)]
    assert "docker-registry" in found.problems[0].remedy


@pytest.mark.usefixtures("_emulator_alone")
def test_without_a_registry_nothing_else_can_be_had() -> None:
    found = images.resolve(_config(images={"build": True}), [_wanted()], _locate, patience=_QUICK)
    assert _digests(found) == {}
    assert [(one.severity, one.code) for one in found.problems] == [("error", "missing-image")]


def test_another_account_is_not_asked(aws_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(endpoint.REGISTRY, raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "t",
        "AWS_SECRET_ACCESS_KEY": "t",
        "AWS_ENDPOINT_URL_ECR": aws_url,
    }.items():
        monkeypatch.setenv(name, value)
    ecr.login.cache_clear()
    with pytest.raises(FlowstacksError, match="not for account 999999999999"):
        images.resolve(_config(aws={"account": "9" * 12}), [_wanted()], _locate, patience=_QUICK)


def test_what_the_release_comes_from_has_the_image_that_is_not_here_yet(url: str, tmp_path: Path) -> None:
    here = registry.push(url, "flowstacks-staging:tree-k1", tmp_path, "a")
    there = registry.push(url, "flowstacks-dev:tree-k1", tmp_path, "b")
    dev = _config(environment="dev")
    wanted = [_wanted(), _wanted("web", there), _wanted("etl/gpu", _NOWHERE)]
    found = images.resolve(_config(), [*wanted[:2]], _locate, dev, _QUICK)
    host = url.removeprefix("http://")
    assert {name: (one.digest, one.source) for name, one in found.images.items()} == {
        "etl": (here, None), "web": (there, f"{host}/flowstacks-dev"),
    }  # fmt: skip
    assert [
        one.code for one in images.resolve(_config(), wanted[2:], lambda _: Place("x", 1), dev, _QUICK).problems
    ] == ["missing-image"]
    on_process = _config(environment="dev", runtime="process")
    assert images.resolve(_config(), wanted[1:2], _locate, on_process, _QUICK).images == {}
