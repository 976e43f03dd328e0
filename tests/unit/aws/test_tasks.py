from flowstacks.aws import secrets, tasks
from flowstacks.desired.recipe import Task

_ARNS = {"warehouse": "arn:warehouse-AbCdEf", "prefect": "arn:prefect-AbCdEf"}


def _task(**said: str) -> Task:
    return Task(key="etl", image="etl", cpu=256, memory_mib=512, storage_gib=None, secrets=said)


def _container(secrets_from: dict[str, str]) -> dict[str, object]:
    return tasks.container(
        image="repository@sha256:aa", secrets_from=secrets_from, log_group="/ecs/x", region="eu-central-1",
        stream_prefix="x-etl",
    )  # fmt: skip


def test_the_worker_finds_its_container_and_flows_their_scratch_space() -> None:
    found = _container({})
    assert found["name"] == "prefect"
    assert found["mountPoints"] == [{"sourceVolume": "scratch", "containerPath": "/scratch", "readOnly": False}]
    assert "secrets" not in found
    assert "environment" not in found
    assert "command" not in found


def test_secrets_are_references_in_one_order() -> None:
    found = _container({"B": "arn:b", "A": "arn:a"})
    assert found["secrets"] == [{"name": "A", "valueFrom": "arn:a"}, {"name": "B", "valueFrom": "arn:b"}]


def test_a_json_key_is_asked_of_the_current_version() -> None:
    assert secrets.value_from("warehouse:password", _ARNS) == "arn:warehouse-AbCdEf:password::"
    assert secrets.value_from("warehouse", _ARNS) == "arn:warehouse-AbCdEf"


def test_the_api_key_comes_from_its_secret_unless_the_flow_has_its_own() -> None:
    assert tasks.secrets_from(_task(), "prefect:key", _ARNS) == {"PREFECT_API_KEY": "arn:prefect-AbCdEf:key::"}
    own = tasks.secrets_from(_task(PREFECT_API_KEY="warehouse"), "prefect:key", _ARNS)
    assert own == {"PREFECT_API_KEY": "arn:warehouse-AbCdEf"}
    assert tasks.secrets_from(_task(), None, _ARNS) == {}
