"""Which registry an environment's images are in, and how to get in: ECR, or the embedded default's own."""

import base64
import os
import re
import urllib.parse

from flowstacks.provider.errors import SettingsError
from flowstacks.provider.http.transport import Endpoint
from flowstacks.provider.images import ecr

REGISTRY = "FLOWSTACKS_REGISTRY"
"""Variable with the URL of a registry that stands for ECR: the embedded default's, on loopback, without a login."""

_EMULATOR = "AWS_ENDPOINT_URL"
_ECR = re.compile(r"\d{12}\.dkr\.ecr[a-z-]*\.([a-z0-9-]+)\.")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SILENT = "Can this machine reach the registry? Then run it again."
_REFUSED = "Correct what it names; for 500 look at the registry's log."


def substitute() -> str | None:
    """The registry that stands for ECR, without a `/` at the end; None where ECR itself is meant."""
    return os.environ.get(REGISTRY, "").rstrip("/") or None


def is_absent() -> bool:
    """Whether AWS is an emulator on loopback and there is no registry beside it: emulators hold no images."""
    return substitute() is None and _on_loopback(os.environ.get(_EMULATOR, ""))


def of_url(repository_url: str, region: str | None) -> Endpoint:
    """The registry of `host/name`. Raises a ProviderError where AWS refuses."""
    return _registry() or _ecr_server(f"https://{repository_url.partition('/')[0]}", region)


def of_account(region: str | None) -> Endpoint:
    """The registry of the account whose credentials are in the environment."""
    return _registry() or _ecr_server(ecr.login(region)[0], region)


def region(repository_url: str) -> str | None:
    """Of an ECR registry, `<account>.dkr.ecr.<region>.amazonaws.com`: each region has logins of its own."""
    match = _ECR.match(repository_url)
    return match[1] if match else None


def host(server: Endpoint) -> str:
    """`host:port`, as image references have it."""
    return urllib.parse.urlsplit(server.url).netloc


def is_plain(server: Endpoint) -> bool:
    """Whether it speaks http: only a registry on loopback may."""
    return server.url.startswith("http://")


def login(server: Endpoint) -> str | None:
    """base64 of `user:password` for tools that push, None where none is asked for."""
    return server.headers.get("Authorization", "").removeprefix("Basic ") or None


def _registry() -> Endpoint | None:
    if is_absent():
        raise SettingsError(
            f"AWS is an emulator here ({_EMULATOR}), and there is no registry beside it. Install docker-registry, then "
            "run `make up` again."
        )
    url = substitute()
    if url and not _on_loopback(url):
        raise SettingsError(f"{REGISTRY} is {url}, which is not on this machine's loopback. Unset it to use ECR.")
    denied, silent = f"Set {REGISTRY} to a registry without a login.", "Is it up? Start it with `make up`."
    return Endpoint(url=url, denied=denied, refused=_REFUSED, silent=silent) if url else None


def _on_loopback(url: str) -> bool:
    return urllib.parse.urlsplit(url).hostname in _LOOPBACK


def _ecr_server(url: str, region: str | None) -> Endpoint:
    token = ecr.login(region)[1]
    password = base64.b64decode(token).decode().partition(":")[2]
    return Endpoint(
        url=url,
        headers={"Authorization": f"Basic {token}"},
        secrets=tuple(sorted({token, password} - {""}, key=len, reverse=True)),
        denied="Check the AWS credentials' rights on ECR (ecr:BatchGetImage, ecr:PutImage), or log in to AWS again.",
        refused=_REFUSED,
        silent=_SILENT,
    )
