"""Builds with Docker's buildx and BuildKit 0.13 or newer (`rewrite-timestamp`), which need a running daemon."""

import json
import os
from pathlib import Path
from typing import Any, cast

from flowstacks.images import builder
from flowstacks.images.builder import BuildJob, Destination

_CONFIG = "config.json"


class Buildx:
    """The daemon keeps its cache; nothing else stays."""

    def works(self) -> bool:
        """A client without a daemon does not count."""
        return all(
            builder.succeeds(["docker", *words], dict(os.environ)) for words in (["buildx", "version"], ["info"])
        )

    def build(self, job: BuildJob, destination: Destination | None) -> str | None:
        """See `Builder.build`."""
        told = job.scratch / "metadata.json"
        environment = {**os.environ}
        if destination and destination.login:
            environment["DOCKER_CONFIG"] = str(_with_login(_docker_folder(), job.scratch / "docker", destination))
        base = f", if it is that {job.base} can't be pulled, set flowstacks:images.base" if job.base else ""
        builder.run(command(job, destination, told), environment, f"the build failed. Mend what it names{base}")
        if destination is None:
            return None
        return str(json.loads(told.read_text(encoding="utf-8"))["containerimage.digest"])


def command(job: BuildJob, destination: Destination | None, told: Path) -> list[str]:
    """Pure. Without an attestation, so that the digest is the image's own and not that of an index around it."""
    output = f"type=image,push=true,rewrite-timestamp=true,name={destination.reference}" if destination else None
    return [
        "docker", "buildx", "build", "--platform", builder.PLATFORM, "--provenance=false", "--pull",
        "--build-arg", "SOURCE_DATE_EPOCH=0", "--file", str(job.containerfile), "--metadata-file", str(told),
        "--output", output or "type=cacheonly", str(job.context),
    ]  # fmt: skip


def _docker_folder() -> Path:
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")


def _with_login(original: Path, folder: Path, destination: Destination) -> Path:
    """A copy of Docker's folder that knows one login more: the user's own is not written to.

    All but `config.json` is linked: plugins, contexts and builders stay what they are.
    """
    folder.mkdir(mode=0o700)
    for entry in original.iterdir() if original.is_dir() else ():
        if entry.name != _CONFIG:
            (folder / entry.name).symlink_to(entry.absolute())
    (folder / _CONFIG).write_text(json.dumps(_logged_in(_said(original / _CONFIG), destination)), encoding="utf-8")
    return folder


def _said(config: Path) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(config.read_text(encoding="utf-8"))) if config.exists() else {}


def _logged_in(said: dict[str, Any], destination: Destination) -> dict[str, Any]:
    """A store or helper would win over the login beside it; an empty helper for the host switches them off for it.

    `getConfiguredCredentialStore` in https://github.com/docker/cli/blob/v27.0.0/cli/config/configfile/file.go.
    """
    helpers = cast("dict[str, str]", said.get("credHelpers", {}))
    auths = cast("dict[str, Any]", said.get("auths", {}))
    login = {"auth": destination.login}
    return {
        **said,
        "credHelpers": {**helpers, destination.host: ""},
        "auths": {**auths, destination.host: login},
    }
