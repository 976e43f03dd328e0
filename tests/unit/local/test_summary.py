from pathlib import Path

from flowstacks.local import places, summary, variables

HERE = places.Places(Path("/work/checkout"))
ECS = {"flowstacks:runtime": "ecs"}
PREFECT = {"PREFECT_API_URL": "http://127.0.0.1:4200/api"}
REGISTRY = "http://127.0.0.1:5001"
URL = "http://127.0.0.1:4566"


def _told(config: dict[str, object], values: dict[str, str]) -> dict[str, str]:
    lines = summary.text(HERE, "staging", config, values, is_pinned=False).splitlines()
    assert lines[:2] == ["", "staging is up."]
    return {line.split()[0]: line.strip().partition(" ")[2].strip() for line in lines[2:]}


def test_a_process_stack_is_told_nothing_of_aws() -> None:
    told = _told({"flowstacks:runtime": "process"}, {**PREFECT, **variables.aws(URL, region="", registry_url=None)})
    assert list(told) == ["UI", "API", "logs", "state", "shell", "outputs", "stop"]
    assert told["UI"] == "http://127.0.0.1:4200"
    assert "flowstacks run" in told["shell"]


def test_an_ecs_stack_is_told_its_emulator_and_that_nothing_runs() -> None:
    values = {**PREFECT, **variables.aws(URL, region="", registry_url=REGISTRY)}
    told = _told({**ECS, "flowstacks:release": {"commit": "0" * 40}}, values)
    assert told["AWS"] == f"{URL} (emulator)"
    assert told["images"] == REGISTRY
    assert "not run" in told["runs"]
    assert "release" not in told
    assert "flowstacks run" not in told["shell"]


def test_an_empty_one_is_told_how_to_fill_it_and_one_without_a_registry_why_it_has_no_images() -> None:
    told = _told(dict(ECS), {**PREFECT, **variables.aws(URL, region="", registry_url=None)})
    assert "flowstacks build staging --empty-base, then flowstacks promote dev staging" in told["release"]
    assert told["images"].startswith("none")
