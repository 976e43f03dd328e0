import dataclasses

import pytest

from flowstacks.cli.verbs import discover as verb
from flowstacks.discovery import discovery
from flowstacks.discovery.manifest import DeclaredImage
from flowstacks.discovery.projects import images
from tests.support.discovery_repo import Repo

PYPROJECT = "flows/etl/pyproject.toml"
FILES = {
    "flows/etl/load.py": "from prefect import flow\n\n@flow\ndef load(): ...\n",
    "flows/etl/docker/Dockerfile.heavy": "FROM scratch\n",
    "libs/common/Dockerfile": "FROM scratch\n",
    "elsewhere/Dockerfile": "FROM scratch\n",
}


@dataclasses.dataclass(frozen=True)
class Read:
    named: tuple[DeclaredImage, ...]
    problems: list[str]
    listing: str


def read(repo: Repo, toml: str, **more: str) -> Read:
    repo.commit({**FILES, PYPROJECT: toml, **more})
    manifest, problems = discovery.discover(repo.root, "HEAD")
    (own, *named) = manifest.projects[0].images
    assert own == DeclaredImage(name="", dockerfile=None, file="flows/etl", line=0)
    texts = [
        f"{problem.file.removeprefix('flows/etl/')}:{problem.line} {problem.severity} {problem.message}"
        for problem in problems
    ]
    return Read(tuple(named), texts, verb.listing(manifest, problems))


def test_a_dockerfile_is_the_projects_own_image(repo: Repo) -> None:
    repo.commit({**FILES, "flows/etl/Dockerfile": "FROM scratch\n"})
    manifest, _ = discovery.discover(repo.root, "HEAD")
    own = DeclaredImage(name="", dockerfile="flows/etl/Dockerfile", file="flows/etl/Dockerfile", line=0)
    assert manifest.projects[0].images == (own,)


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ('[tool.flowstacks.images.heavy]\n# big\ndockerfile = "docker/Dockerfile.heavy"\n', 3),
        ('[tool.flowstacks.images]\nheavy = {dockerfile = "./docker/Dockerfile.heavy"}\n', 2),
        ('[tool.flowstacks]\nimages = {heavy = {dockerfile = "docker/../docker/Dockerfile.heavy"}}\n', 2),
        ('[tool.flowstacks]\nimages.heavy.dockerfile = "docker/Dockerfile.heavy"\n', 1),
        ('[tool.prefect.envs.heavy]\ndockerfile_path = "docker/Dockerfile.heavy"\n', 2),
    ],
)
def test_images_are_named_in_pyproject(repo: Repo, toml: str, line: int) -> None:
    result = read(repo, toml)
    heavy = DeclaredImage(name="heavy", dockerfile="flows/etl/docker/Dockerfile.heavy", file=PYPROJECT, line=line)
    assert (result.named, result.problems) == ((heavy,), [])
    assert "image heavy (flows/etl/docker/Dockerfile.heavy)" in result.listing


def test_a_dockerfile_may_be_in_a_shared_path(repo: Repo) -> None:
    toml = '[tool.flowstacks]\nshared = ["libs/common"]\nimages.base.dockerfile = "../../libs/common/Dockerfile"\n'
    result = read(repo, toml)
    assert [image.dockerfile for image in result.named] == ["libs/common/Dockerfile"]
    assert result.problems == []


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        (
            '[tool.flowstacks.images.heavy]\ndockerfile = "docker/Dockerfile.heavi"\n',
            "pyproject.toml:2 error there is no flows/etl/docker/Dockerfile.heavi at this commit (did you mean 'flows",
        ),
        (
            '[tool.flowstacks.images.heavy]\ndockerfile = "docker"\n',
            "pyproject.toml:2 error there is no flows/etl/docker at this commit",
        ),
        (
            '[tool.flowstacks.images.heavy]\ndockerfile = "../../elsewhere/Dockerfile"\n',
            "pyproject.toml:2 error elsewhere/Dockerfile is neither in the project nor in its shared paths",
        ),
        (
            '[tool.flowstacks.images.heavy]\ndockerfil = "Dockerfile"\n',
            "pyproject.toml:2 error [tool.flowstacks.images.heavy] has no key 'dockerfil' (did you mean 'dockerfile'?)",
        ),
        (
            '[tool.flowstacks.images."a b"]\ndockerfile = "docker/Dockerfile.heavy"\n',
            "pyproject.toml:0 error [tool.flowstacks.images] 'a b' is no name of an image",
        ),
        ("[tool.flowstacks]\nimages = 3\n", "pyproject.toml:2 error [tool.flowstacks] images: Input should be"),
        (
            "[tool.prefect.envs.heavy]\ndockerfile_path = 3\n",
            "pyproject.toml:2 error [tool.prefect.envs.heavy] dockerfile_path: Input should be a valid string",
        ),
        (
            '[tool.flowstacks.images.heavy]\ndockerfile = "docker/Dockerfile.heavy"\n[tool.prefect.envs.heavy]\n',
            "pyproject.toml:3 error image 'heavy' is declared twice",
        ),
    ],
)
def test_an_image_that_can_not_be_built_is_reported_at_its_line(repo: Repo, toml: str, problem: str) -> None:
    assert any(text.startswith(problem) for text in read(repo, toml).problems)


def test_keys_of_an_older_declaration_that_are_not_read_are_reported(repo: Repo) -> None:
    result = read(repo, '[tool.prefect.envs.heavy]\npython_version = 3.11\ndocker_build_context = "."\n')
    assert [(image.name, image.dockerfile) for image in result.named] == [("heavy", None)]
    assert result.problems == [
        "pyproject.toml:2 info python_version of image 'heavy' is not read",
        "pyproject.toml:3 info docker_build_context of image 'heavy' is not read",
    ]


def test_an_unknown_image_is_reported_with_the_closest(repo: Repo) -> None:
    flow = FILES["flows/etl/load.py"] + "FLOW_SPEC = {\n    'docker_env': 'heavi',\n}\n"
    toml = '[tool.flowstacks.images.heavy]\ndockerfile = "docker/Dockerfile.heavy"\n'
    result = read(repo, toml, **{"flows/etl/load.py": flow})
    assert result.problems == ["load.py:6 error flows/etl has no image 'heavi' (did you mean 'heavy'?)"]


@pytest.mark.parametrize("name", ["", "own"])
def test_a_project_without_named_images_has_none(name: str) -> None:
    own = DeclaredImage(name="", dockerfile=None, file="flows/etl", line=0)
    message, remedy = images.unknown(name, [own], "flows/etl") or ("", "")
    assert message == f"flows/etl has no image {name!r}"
    assert PYPROJECT in remedy
