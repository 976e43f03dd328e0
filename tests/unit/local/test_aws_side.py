from pathlib import Path

import pytest

from flowstacks.local import aws_side, places
from flowstacks.local.places import Places
from flowstacks.local.servers import aws, record, registry
from flowstacks.local.servers.record import Record


@pytest.fixture
def here(tmp_path: Path) -> Places:
    return places.at(tmp_path)


def _stopped(here: Places, name: str, port: int) -> None:
    record.save(here.records, Record(name=name, pid=2**31 - 1, started="", command="", port=port))


def test_without_an_ecs_stack_a_shell_knows_nothing_of_aws(here: Places) -> None:
    _stopped(here, "prefect", 4200)
    assert aws_side.shell(here) == {}


def test_a_stopped_emulator_is_still_known_and_a_registry_only_where_it_is_installed(
    here: Places, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _stopped(here, aws.NAME, 4566)
    _stopped(here, registry.NAME, 5001)
    here.aws.mkdir()
    here.aws_region.write_text("eu-north-1")
    installed = tmp_path / "bin" / "docker-registry"
    installed.parent.mkdir()
    installed.write_text("#!/bin/sh\necho registry github.com/docker/distribution 2.8.2\n")
    installed.chmod(0o755)
    monkeypatch.setenv("PATH", str(installed.parent))
    said = aws_side.shell(here)
    assert said["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert said["AWS_REGION"] == said["AWS_DEFAULT_REGION"] == "eu-north-1"
    assert said["FLOWSTACKS_REGISTRY"] == "http://127.0.0.1:5001"
    installed.unlink()
    assert "FLOWSTACKS_REGISTRY" not in aws_side.shell(here)
