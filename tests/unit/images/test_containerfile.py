import shlex

import pytest

from flowstacks.images import containerfile
from flowstacks.images.target import Target
from tests.support import manifests

_LABELS = (
    f'LABEL flowstacks.commit="{manifests.EFFECTIVE}"\n'
    'LABEL flowstacks.image="etl"\n'
    'LABEL flowstacks.project="etl"\n'
    'LABEL flowstacks.tree-key="k"\n'
    'LABEL flowstacks.version="1.2.0"\n'
)


def _target(**fields: object) -> Target:
    project = manifests.project(**fields)
    return Target(project, project.images[0])


def test_on_nothing() -> None:
    text = containerfile.on_nothing(_target())
    assert text == f'FROM scratch\nCOPY . /opt/flows/\n{_LABELS}LABEL flowstacks.runnable="false"\n'


@pytest.mark.parametrize("ending", ["", "\n", "\n\n"])
def test_a_dockerfile_makes_the_environment_and_the_code_comes_last(ending: str) -> None:
    own = "# syntax=docker/dockerfile:1\nFROM a AS one\nFROM one\nUSER 1000"
    assert containerfile.on_dockerfile(own + ending, _target()) == f"{own}\nCOPY . /opt/flows/\n{_LABELS}"


def test_a_base_gets_the_requirements_before_the_code() -> None:
    target = _target(requirements=("humanize==4.9.0", 'x>=1; python_version<"4"'))
    base, _, rest = containerfile.on_base("python:3.11-slim", target).partition("RUN ")
    install, _, code = rest.partition("COPY ")
    assert base == "FROM python:3.11-slim\n"
    words = shlex.split(install.replace("\\\n", ""))
    assert words[:6] == ["python", "-m", "pip", "install", "--no-cache-dir", "--no-compile"]
    assert words[6 : words.index("&&")] == [
        "prefect==3.9.1", "humanize==4.9.0", 'x>=1; python_version<"4"',
    ]  # fmt: skip
    assert code == f". /opt/flows/\n{_LABELS}"


def test_a_project_that_pins_prefect_gets_its_own() -> None:
    text = containerfile.on_base("python:3.11-slim", _target(requirements=("prefect==3.7.0",)))
    assert "3.9.1" not in text


def test_a_label_means_what_it_says() -> None:
    text = containerfile.on_nothing(_target(version='1"$HOME\\'))
    assert 'LABEL flowstacks.version="1\\"\\$HOME\\\\"\n' in text
