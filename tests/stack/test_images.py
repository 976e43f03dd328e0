"""Images of an environment through the engine, with a real builder and a real registry."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import flows, registry
from tests.support.ecs_workspace import EcsWorkspace

BASE = "FROM scratch\n"


@pytest.fixture(scope="session")
def registry_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry.running(tmp_path_factory.mktemp("registry")) as url:
        yield url


@pytest.fixture
def ecs(tmp_path: Path, api: str, engine: Path, aws_url: str, registry_url: str) -> EcsWorkspace:
    workspace = EcsWorkspace(tmp_path, api, engine, aws_url, registry_url)
    workspace.commit(**{
        "flows/greet/hello.py": flows.BARE, "flows/greet/Dockerfile": BASE,
        "flows/etl/load.py": flows.declared("load"), "flows/etl/Dockerfile": BASE,
    })  # fmt: skip
    return workspace


def _build(ecs: EcsWorkspace, *more: str) -> dict[str, str]:
    """`flowstacks build`; digests by image key."""
    told = ecs.run("flowstacks", "build", ecs.stack, "--json", *more)
    assert told.code == 0, told.text
    images = json.loads(told.text[told.text.index("{\n") :])["images"]
    return {one["image"]: one["digest"] for one in images}


def test_what_was_built_is_found_pinned_and_kept(ecs: EcsWorkspace) -> None:
    commit = ecs.git("rev-parse", "HEAD")
    ecs.configure({"release": {"commit": commit}})
    told = ecs.up(expect=1)
    line = (
        ecs.stack_file.read_text(encoding="utf-8").splitlines().index(f'  flowstacks:release: {{"commit": "{commit}"}}')
        + 1
    )
    assert f"Pulumi.{ecs.stack}.yaml:{line}: error:" in told
    assert f"flowstacks build {ecs.stack} etl --commit {commit}" in told

    built = _build(ecs)
    assert set(built) == {"etl", "greet"}
    ecs.up()
    addresses = {"etl": "etl/load/default", "greet": "greet/hello/default"}
    deployed = ecs.outputs()["deployments"]
    assert {key: deployed[address]["image"].partition("@")[2] for key, address in addresses.items()} == built
    assert ecs.preview("--refresh").operations == {}

    ecs.configure({"release": {"commit": commit, "images": built}})
    assert ecs.preview().operations == {}  # the pin says what was found

    ecs.configure({"release": {"commit": commit, "images": {**built, "etl": "sha256:" + "0" * 64}}})
    assert "has no image sha256:000" in ecs.up(expect=1)


def test_another_commit_moves_the_image_whose_content_it_changes(ecs: EcsWorkspace) -> None:
    _build(ecs)
    ecs.configure({"release": {"commit": ecs.git("rev-parse", "HEAD")}})
    ecs.up()
    commit = ecs.commit(**{"flows/etl/load.py": flows.declared("load", body="return days + 1")})
    ecs.configure({"release": {"commit": commit}})
    _build(ecs)
    planned = ecs.preview()
    assert planned.operations == {
        "Image etl": "update", "TaskDefinition etl": "replace", f"Deployment load/{ecs.stack}": "update",
    }  # fmt: skip
    ecs.up()
    assert ecs.preview().operations == {}


def test_where_the_stack_allows_it_up_builds_what_is_missing(ecs: EcsWorkspace) -> None:
    commit = ecs.git("rev-parse", "HEAD")
    ecs.configure({"release": {"commit": commit}, "images": {"build": True}})
    planned = ecs.preview()
    assert planned.operations["Image etl"] == "create"
    ecs.up()
    assert ecs.preview("--refresh").operations == {}
    # Nothing new is built for what is there.
    assert _build(ecs)["etl"] == ecs.outputs()["deployments"]["etl/load/default"]["image"].partition("@")[2]
    ecs.destroy()
