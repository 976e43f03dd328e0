"""Which registry is meant, and that ECR's login comes from AWS: here from the real emulator."""

import base64
from typing import Any

import pytest

from flowstacks.provider.errors import ProviderError, SettingsError
from flowstacks.provider.images import ecr, endpoint

REGION = "eu-central-1"
_URL = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/flows"


@pytest.fixture(autouse=True)
def _forgotten() -> None:
    ecr.login.cache_clear()


@pytest.fixture
def aws(aws_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": aws_url}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(endpoint.REGISTRY, raising=False)
    return aws_url


def test_the_embedded_registry_stands_for_ecr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(endpoint.REGISTRY, "http://127.0.0.1:5001/")
    for server in (endpoint.of_url(_URL, REGION), endpoint.of_account(REGION)):
        assert (server.url, endpoint.host(server)) == ("http://127.0.0.1:5001", "127.0.0.1:5001")
        assert (endpoint.is_plain(server), endpoint.login(server)) == (True, None)


def test_it_must_be_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(endpoint.REGISTRY, "http://registry.test:5000")
    with pytest.raises(SettingsError, match="loopback"):
        endpoint.of_url(_URL, REGION)


@pytest.mark.usefixtures("aws")
def test_an_emulator_alone_has_no_images() -> None:
    assert endpoint.is_absent()
    for ask in (lambda: endpoint.of_url(_URL, REGION), lambda: endpoint.of_account(REGION)):
        with pytest.raises(SettingsError, match="docker-registry"):
            ask()


def test_ecrs_login(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url, login = ecr.login(REGION)
    assert url == "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com"
    # The SDK's other spelling of the endpoint, which leaves the address of the registry as AWS has it.
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", aws)
    server = endpoint.of_url(_URL, REGION)
    assert endpoint.host(server) == _URL.partition("/")[0]
    assert (endpoint.login(server), endpoint.is_plain(server)) == (login, False)
    password = base64.b64decode(login).decode().partition(":")[2]
    assert server.secrets == (login, password)
    assert login not in repr(server)


def test_without_credentials_the_remedy_is_said(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(ProviderError, match="Log in to AWS"):
        ecr.login(REGION)
    assert aws


def test_a_tag_is_taken_away_in_ecr(aws: str) -> None:
    client: Any = ecr._client(REGION)
    client.create_repository(repositoryName="flows")
    manifest = (
        '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": [],'
        ' "config": {"digest": "sha256:0", "size": 0}}'
    )
    for tag in ("tree-a", "pin-etl"):
        client.put_image(repositoryName="flows", imageManifest=manifest, imageTag=tag)
    for _ in range(2):
        ecr.untag(_URL, "pin-etl", REGION)
    left = client.describe_images(repositoryName="flows")["imageDetails"]
    assert [image["imageTags"] for image in left] == [["tree-a"]]
    client.delete_repository(repositoryName="flows", force=True)
    ecr.untag(_URL, "pin-etl", REGION)
    assert aws
