"""`flowstacks build` and `images` as they are run: a real repository, real buildah, a real registry."""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from flowstacks.cli import entry
from flowstacks.provider.images import endpoint
from flowstacks.provider.images.repository import MANIFESTS, RegistryRepository
from tests.support import registry
from tests.support.image_repository import STACK, ImageRepository

_NAME = f"flowstacks-{STACK}"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    registry.buildah("--version")
    with registry.running(tmp_path / "registry") as running:
        monkeypatch.setenv(endpoint.REGISTRY, running)
        yield running


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ImageRepository:
    team = ImageRepository(tmp_path / "team")
    monkeypatch.chdir(team.root)
    return team


class Run:
    """What a verb said."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *words: str) -> None:
        capsys.readouterr()
        self.code = entry.main(words)
        self.out, self.err = capsys.readouterr()

    @property
    def images(self) -> dict[str, dict[str, Any]]:
        told = json.loads(self.out)["images"]
        return {one["image"]: one for one in told}


def _image(url: str, digest: str) -> tuple[dict[str, Any], dict[str, tarfile.TarInfo]]:
    """Labels, and members of all layers by path."""
    manifest = httpx.get(f"{url}/v2/{_NAME}/manifests/{digest}", headers={"Accept": MANIFESTS[0]}).json()
    config = httpx.get(f"{url}/v2/{_NAME}/blobs/{manifest['config']['digest']}").json()["config"]
    members: dict[str, tarfile.TarInfo] = {}
    for layer in manifest["layers"]:
        content = httpx.get(f"{url}/v2/{_NAME}/blobs/{layer['digest']}").content
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            members |= {member.name: member for member in tar.getmembers()}
    return config, members


def test_an_image_holds_its_project_at_the_commit_and_nothing_else(
    url: str, team: ImageRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    team.write("flows/etl/load.py", "not committed\n")
    run = Run(capsys, "build", STACK, "etl", "--json")
    assert run.code == 0, run.err
    assert "uncommitted changes are not in the images" in run.err
    config, members = _image(url, run.images["etl"]["digest"])
    files = {name: member for name, member in members.items() if not member.isdir()}
    assert set(files) == {
        "environment/pyproject.toml", "opt/flows/shared/lib.py", "opt/flows/flows/etl/pyproject.toml",
        "opt/flows/flows/etl/load.py", "opt/flows/flows/etl/link.py", "opt/flows/flows/etl/run.sh",
        "opt/flows/flows/etl/Dockerfile", "opt/flows/flows/etl/gpu.Dockerfile",
    }  # fmt: skip
    assert files["opt/flows/flows/etl/link.py"].linkname == "load.py"
    assert {member.mtime for member in members.values()} == {0}
    assert {name: oct(files[f"opt/flows/flows/etl/{name}"].mode & 0o777) for name in ("load.py", "run.sh")} == {
        "load.py": "0o644", "run.sh": "0o755",
    }  # fmt: skip
    assert {
        oct(member.mode & 0o777) for name, member in members.items() if name.startswith("opt/") and member.isdir()
    } == {"0o755"}
    project = team.project()
    assert config["Labels"] == {
        "flowstacks.commit": team.head, "flowstacks.image": "etl", "flowstacks.project": "etl",
        "flowstacks.tree-key": project.tree_key, "flowstacks.version": "1.2.0",
    }  # fmt: skip


def test_a_content_is_built_once(url: str, team: ImageRepository, capsys: pytest.CaptureFixture[str]) -> None:
    first = Run(capsys, "build", STACK, "etl", "etl/gpu", "--json").images
    assert [one["how"] for one in first.values()] == ["built", "built"]
    assert len({one["digest"] for one in first.values()}) == 2
    key, commit = team.project().tree_key, team.head
    with RegistryRepository(endpoint.of_account(None), _NAME) as there:
        assert there.tags() == sorted([
            f"tree-{key}", f"tree-{key}-gpu", f"etl-1.2.0-{commit[:12]}", f"etl-gpu-1.2.0-{commit[:12]}",
        ])  # fmt: skip
    team.commit(**{"README.md": "another commit of the same content\n"})
    again = Run(capsys, "build", STACK, "etl", "etl/gpu", "--json").images
    assert [one["how"] for one in again.values()] == ["found", "found"]
    assert [one["digest"] for one in again.values()] == [one["digest"] for one in first.values()]
    # Wherever and whenever it is built, the same content has the same digest.
    rebuilt = Run(capsys, "build", STACK, "etl", "--rebuild", "--json").images
    assert (rebuilt["etl"]["how"], rebuilt["etl"]["digest"]) == ("built", first["etl"]["digest"])
    assert url


def test_the_release_is_ready_to_be_pasted(url: str, team: ImageRepository, capsys: pytest.CaptureFixture[str]) -> None:
    part = Run(capsys, "build", STACK, "etl")
    assert part.out.count("# ") == 2, part.out  # etl/gpu and web
    assert Run(capsys, "build", STACK, "etl/gpu").code == 0
    whole = Run(capsys, "build", STACK, "web", "--empty-base")
    assert whole.code == 0, whole.err
    block = whole.out.partition("under config:\n")[2]
    team.write(f"Pulumi.{STACK}.yaml", team.root.joinpath(f"Pulumi.{STACK}.yaml").read_text() + block)
    pinned = Run(capsys, "images", STACK, "--json").images
    assert {key: one["pinned"] for key, one in pinned.items()} == {key: one["digest"] for key, one in pinned.items()}, (
        whole.out
    )
    assert sorted(pinned) == ["etl", "etl/gpu", "web"]
    assert url


def test_an_empty_base_is_labelled(url: str, team: ImageRepository, capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "build", STACK, "web", "--empty-base", "--json")
    config, members = _image(url, run.images["web"]["digest"])
    assert config["Labels"]["flowstacks.runnable"] == "false"
    assert "opt/flows/flows/web/load.py" in members
    assert team.project("web").tree_key in run.images["web"]["tag"]


def test_no_push_needs_no_registry(
    team: ImageRepository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.buildah("--version")
    monkeypatch.delenv(endpoint.REGISTRY, raising=False)
    run = Run(capsys, "build", STACK, "etl", "--no-push")
    assert (run.code, run.out.split()[:2]) == (0, ["built", "etl"]), run.err
    assert "(not pushed)" in run.out
    team.commit(**{"flows/etl/Dockerfile": "FROM scratch\nCOPY flows/etl/nothing.txt /\n"})
    broken = Run(capsys, "build", STACK, "etl", "--no-push")
    assert broken.code == 1
    assert "etl: the build failed" in broken.err
    assert "nothing.txt" in broken.err
    assert len(_left_over()) == 0


def test_one_that_fails_stops_no_other(url: str, team: ImageRepository, capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "build", STACK, "--json")
    assert run.code == 1
    assert sorted(run.images) == ["etl", "etl/gpu"]
    assert "flowstacks:images.base" in run.err
    assert "--empty-base" in run.err
    assert team.project("web").path in run.err
    assert url


def test_a_base_that_cannot_be_pulled(url: str, team: ImageRepository, capsys: pytest.CaptureFixture[str]) -> None:
    host = url.removeprefix("http://")
    team.configure(images=f"{{base: '{host}/no/such:base'}}")
    run = Run(capsys, "build", STACK, "web")
    assert run.code == 1
    assert f"web: the base image {host}/no/such:base can't be pulled here. Set flowstacks:images.base" in run.err


def test_a_base_is_what_the_environment_is_installed_on(
    url: str, team: ImageRepository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = f"{url.removeprefix('http://')}/bases/nothing:1"
    registry.push(url, "bases/nothing:1", tmp_path / "base", "no python here")
    team.configure(images=f"{{base: '{base}'}}")
    run = Run(capsys, "build", STACK, "web")
    registry.buildah("rmi", base)
    assert run.code == 1
    assert "web: the build failed" in run.err
    assert "pip install" in run.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["build", STACK, "elt"], 2, "Did you mean 'etl'?"),
        (["build", "dev"], 1, "runtime process, which uses no images"),
        (["images", "dev"], 1, "runtime process, which uses no images"),
        (["build", "prod"], 1, "There is no Pulumi.prod.yaml"),
        (["build", STACK, "--commit", "worktree"], 1, "commit first"),
        (["build", STACK, "--empty-base"], 1, "--empty-base makes images that can't run"),
        (["build", STACK], 1, "there is no registry beside it"),
        (["images", STACK], 1, "there is no registry beside it"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
@pytest.mark.usefixtures("team")
def test_refused(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(endpoint.REGISTRY, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    run = Run(capsys, *words)
    assert run.code == code
    assert said in run.err
    assert not run.out


def _left_over() -> list[str]:
    names = registry.buildah("images", "--format", "{{.Name}}").splitlines()
    return [name for name in names if "flowstacks-build" in name]
