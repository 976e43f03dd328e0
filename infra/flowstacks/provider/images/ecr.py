"""What only ECR's own API does: its login, and taking a tag away.

Operations: botocore's service model ecr/2015-09-21.
"""

import functools
import http
import importlib
from typing import Any

from flowstacks.provider.errors import DeniedError, ProviderError, UnreachableError

_ABSENT = frozenset({"RepositoryNotFoundException"})
_NO_TAG = frozenset({"ImageNotFound", "ImageTagDoesNotMatchDigest"})


@functools.cache  # good for 12 hours: longer than any run
def login(region: str | None) -> tuple[str, str]:
    """URL of the account's registry, and base64 of `user:password`, good for every repository the caller may use.

    Raises DeniedError or UnreachableError.
    """
    exceptions = _module("botocore.exceptions")
    try:
        answer = _client(region).get_authorization_token()["authorizationData"][0]
    except exceptions.ClientError as error:
        text = f"ECR gives no login: {error}. Log in to AWS, and allow ecr:GetAuthorizationToken."
        raise DeniedError(http.HTTPStatus.FORBIDDEN, text) from None
    except exceptions.BotoCoreError as error:
        raise UnreachableError(f"ECR gives no login: {error}. Log in to AWS, and set aws:region.") from None
    return answer["proxyEndpoint"], answer["authorizationToken"]


def untag(repository_url: str, tag: str, region: str | None) -> None:
    """Take the tag away from whatever it stands for; nothing to do where tag or repository are gone.

    By tag, never by digest: that would delete the image with all its tags. Only an image without any other tag goes
    with its last one. Raises ProviderError.
    """
    exceptions = _module("botocore.exceptions")
    host, _, name = repository_url.partition("/")
    try:
        answer = _client(region).batch_delete_image(
            registryId=host.partition(".")[0], repositoryName=name, imageIds=[{"imageTag": tag}]
        )
    except exceptions.ClientError as error:
        if error.response.get("Error", {}).get("Code") in _ABSENT:
            return
        raise ProviderError(f"{repository_url}:{tag} stays: {error}. Allow ecr:BatchDeleteImage.") from None
    except exceptions.BotoCoreError as error:
        raise UnreachableError(f"{repository_url}:{tag} stays: {error}. Log in to AWS, then run it again.") from None
    failed = [failure for failure in answer.get("failures", ()) if failure.get("failureCode") not in _NO_TAG]
    if failed:
        raise ProviderError(f"{repository_url}:{tag} stays: {failed[0].get('failureReason')}. Then run it again.")


def _client(region: str | None) -> Any:
    """Credentials and endpoint come from AWS's own variables and files.

    Of a session of its own: making clients of boto3's shared one is not safe in threads.
    """
    return _module("boto3.session").Session().client("ecr", region_name=region)


def _module(name: str) -> Any:
    """Imported late, for it takes 0.7 s; without types, for boto3 makes its clients from data files at run time."""
    return importlib.import_module(name)
