import json

import pytest

from flowstacks.aws_plugin import settings
from flowstacks.aws_plugin.errors import RefusedError
from flowstacks.aws_plugin.properties.values import Props
from flowstacks.aws_plugin.session import Emulator

URL = "http://127.0.0.1:4566"
# As the engine sends them: what is nested is a JSON text, and so are switches.
SENT: Props = {
    "region": "eu-central-1", "accessKey": "a", "secretKey": "b", "endpoints": json.dumps([{"ecs": URL, "iam": URL}]),
    "defaultTags": json.dumps({"tags": {"project": "flows"}}), "skipCredentialsValidation": "true",
    "skipRequestingAccountId": "true", "skipMetadataApiCheck": "true", "s3UsePathStyle": "true", "version": "7.51.1",
}  # fmt: skip


def test_what_the_engine_sends_is_understood() -> None:
    aws = settings.parse(SENT).aws()
    assert aws == Emulator("eu-central-1", "a", "b", {"ecs": URL, "iam": URL}, {"project": "flows"})


REFUSED: dict[str, tuple[Props, str]] = {
    "off loopback": ({"endpoints": '[{"ecs": "https://ecs.aws.test"}]'}, "https://ecs.aws.test of ecs is not on this"),
    "unknown": ({"endpoint": "x"}, "aws.Provider has no setting 'endpoint'. Did you mean 'endpoints'?"),
    "not served": ({"profile": "me"}, "does not serve 'profile'"),
    "lacking": ({"endpoints": None}, "endpoints"),
}


@pytest.mark.parametrize(("more", "said"), REFUSED.values(), ids=REFUSED)
def test_refused(more: Props, said: str) -> None:
    given: Props = {name: value for name, value in {**SENT, **more}.items() if value is not None}
    with pytest.raises(RefusedError) as refused:
        settings.parse(given)
    assert said in str(refused.value)


def test_a_service_without_endpoint_is_never_called() -> None:
    with pytest.raises(RefusedError, match="names no endpoint for 'ecr', and the stand-in never calls AWS itself"):
        settings.parse(SENT).aws().call("ecr", "describe_repositories")
