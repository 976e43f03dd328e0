from typing import Any

import pytest

from flowstacks.aws import provider

URL = "http://127.0.0.1:4566"


def _plain(arguments: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(arguments).items() if value is not None}


@pytest.mark.parametrize("environ", [{}, {"AWS_ENDPOINT_URL": "https://vpce-1.ecr.eu-central-1.vpce.test"}])
def test_aws_gets_a_region_and_the_account_that_is_allowed(environ: dict[str, str]) -> None:
    found = _plain(provider.arguments("eu-central-1", "123456789012", environ))
    assert found.pop("allowed_account_ids") == ["123456789012"]
    assert found.pop("region") == "eu-central-1"
    assert [name for name in found if name not in _plain(provider.arguments("eu-central-1", None, {}))] == []
    assert "endpoints" not in found
    assert "access_key" not in found


def test_the_emulator_gets_every_service_and_no_questions_are_asked() -> None:
    environ = {"AWS_ENDPOINT_URL": URL, "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    found = _plain(provider.arguments("eu-central-1", "123456789012", environ))
    assert [_plain(one) for one in found["endpoints"]] == [dict.fromkeys(provider.SERVICES, URL)]
    assert (found["access_key"], found["secret_key"]) == ("k", "s")
    assert found["skip_credentials_validation"] is True
    assert found["skip_requesting_account_id"] is True
    assert "allowed_account_ids" not in found  # the emulator's account is nobody's


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, True),
        ({"AWS_ENDPOINT_URL": URL}, False),
        ({"AWS_ENDPOINT_URL": URL, "FLOWSTACKS_REGISTRY": ""}, False),
        ({"AWS_ENDPOINT_URL": URL, "FLOWSTACKS_REGISTRY": "http://127.0.0.1:5000"}, True),
    ],
)
def test_only_an_emulator_can_lack_a_registry(environ: dict[str, str], expected: bool) -> None:
    assert provider.has_registry(environ) is expected
