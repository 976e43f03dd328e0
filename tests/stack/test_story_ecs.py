"""Promotion on `ecs`: images go along, from one environment's repository into the next one's, with a real registry."""

import collections
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support import flows, registry
from tests.support.ecs_workspace import REGION, EcsWorkspace
from tests.support.workspace import Workspace

BASE = "FROM scratch\n"


@pytest.fixture(scope="session")
def registry_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry.running(tmp_path_factory.mktemp("registry")) as url:
        yield url


@pytest.fixture
def dev(tmp_path: Path, api: str, engine: Path, aws_url: str, registry_url: str) -> EcsWorkspace:
    workspace = EcsWorkspace(tmp_path, api, engine, aws_url, registry_url)
    workspace.commit(**{
        "flows/greet/hello.py": flows.BARE.replace("@flow", f"@flow(name='hello-{workspace.stack}')"),
        "flows/greet/Dockerfile": BASE,
        "flows/etl/load.py": _load(workspace, 1),
        "flows/etl/Dockerfile": BASE,
    })  # fmt: skip
    return workspace


def _load(workspace: Workspace, days: int) -> str:
    return flows.declared("load", {"name": "daily"}, name=f"load-{workspace.stack}", body=f"return {days}")


def _verb(workspace: Workspace, *words: str, expect: int = 0) -> Any:
    done = workspace.run("flowstacks", *words, "--json")
    assert done.code == expect, done.text
    return json.loads(done.text[done.text.index("{\n") :])


def _moves(workspace: Workspace, operations: Mapping[str, str]) -> None:
    """Said = previewed = done."""
    assert workspace.preview().operations == operations
    workspace.up()
    assert workspace.done() == dict(collections.Counter(operations.values()))


def _promoted(source: Workspace, target: Workspace, *words: str) -> dict[str, str]:
    told = _verb(source, "promote", source.stack, target.stack, *words)
    assert told["written"] is True
    target.commit(f"promote {source.stack} to {target.stack}")
    return told["operations"]


def _digests(workspace: Workspace) -> dict[str, str]:
    """By project, of what is deployed."""
    deployed = workspace.outputs()["deployments"].items()
    return {address.partition("/")[0]: one["image"].partition("@")[2] for address, one in deployed}


def _build(dev: EcsWorkspace, target: EcsWorkspace) -> None:
    done = dev.run("flowstacks", "build", target.stack, "--commit", "HEAD")
    assert done.code == 0, done.text


def _built(dev: EcsWorkspace) -> None:
    _build(dev, dev)
    _verb(dev, "pin", dev.stack, "HEAD")
    dev.commit("pin")
    dev.up()


def _first_release(dev: EcsWorkspace, target: EcsWorkspace) -> dict[str, str]:
    """Everything of two projects."""
    return {
        "Image etl": "create", "Image greet": "create",
        "TaskDefinition etl": "create", "TaskDefinition greet": "create",
        f"Deployment load-{dev.stack}/daily--{target.stack}": "create",
        f"Deployment hello-{dev.stack}/{target.stack}": "create",
    }  # fmt: skip


def _etl_moves(dev: EcsWorkspace, target: EcsWorkspace) -> dict[str, str]:
    return {
        "Image etl": "update", "TaskDefinition etl": "replace",
        f"Deployment load-{dev.stack}/daily--{target.stack}": "update",
    }  # fmt: skip


def test_images_go_along_from_the_first_release_to_a_rollback(dev: EcsWorkspace) -> None:
    dev.configure({})
    staging, main = dev.beside(), dev.beside()
    for empty in (dev, staging, main):
        empty.up()
    _built(dev)
    first = _digests(dev)

    for source, target in ((dev, staging), (staging, main)):
        operations = _promoted(source, target, "--check")
        assert operations == _first_release(dev, target)
        _moves(target, operations)
        assert _digests(target) == first

    dev.commit(**{"flows/etl/load.py": _load(dev, 2)})
    _built(dev)
    second = _digests(dev)
    assert {key for key in second if second[key] != first[key]} == {"etl"}
    for source, target in ((dev, staging), (staging, main)):
        operations = _promoted(source, target, "--check")
        assert operations == _etl_moves(dev, target)
        _moves(target, operations)
        assert _digests(target) == second

    back = _verb(main, "rollback", main.stack)["plan"]["operations"]
    main.commit("rollback")
    assert back == _etl_moves(dev, main)
    _moves(main, back)
    assert _digests(main) == first

    # Held apart, it gets an image resource of its own; the release's has no user then.
    held = _promoted(staging, main, "etl/**", "--check")
    _moves(main, held)
    assert _digests(main) == second
    assert main.preview("--refresh").operations == {}

    # A digest that nobody has is found before anything is written, where registries may be asked.
    gone = "sha256:" + "0" * 64
    text = staging.stack_file.read_text(encoding="utf-8")
    staging.stack_file.write_text(text.replace(second["greet"], gone), encoding="utf-8")
    told = _verb(staging, "promote", staging.stack, main.stack, "--check", "--skip", "applied", expect=1)
    assert [one["code"] for one in told["problems"]] == ["missing-image"]
    assert gone in told["problems"][0]["message"]


def test_from_process_to_ecs_the_targets_images_are_found_by_content(dev: EcsWorkspace) -> None:
    staging = dev.beside()
    staging.up()
    Workspace.configure(dev, {"runtime": "process", "release": {"commit": "HEAD"}})
    dev.commit("as process")
    dev.up()
    missing = dev.run("flowstacks", "promote", dev.stack, staging.stack)
    assert missing.code == 1
    assert f"flowstacks build {staging.stack} etl --commit " in missing.text

    _build(dev, staging)
    operations = _promoted(dev, staging, "--check")
    assert operations == _first_release(dev, staging)
    assert f"aws:region: {json.dumps(REGION)}" in staging.stack_file.read_text(encoding="utf-8")
    _moves(staging, operations)
    # Patterns of a process stack: two images, so two overrides.
    dev.commit(**{"flows/etl/load.py": _load(dev, 2), "flows/greet/Dockerfile": f"{BASE}LABEL a=b\n"})
    dev.up()
    _build(dev, staging)
    told = _verb(dev, "promote", dev.stack, staging.stack, "**", "--check")
    assert set(told["holds"]) == {"etl/**", "greet/**"}
    staging.commit("hold")
    _moves(staging, told["operations"])
    assert staging.preview("--refresh").operations == {}
