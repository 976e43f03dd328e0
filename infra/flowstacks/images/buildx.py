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
            builder.succeeds(["docker", *arguments], dict(os.environ))
            for arguments in (["buildx", "version"], ["info"])
        )

    def build(self, job: BuildJob, destination: Destination | None) -> str | None:
        """See `Builder.build`."""
        metadata = job.scratch / "metadata.json"
        environment = {**os.environ}
        if destination and destination.login:
            environment["DOCKER_CONFIG"] = str(
                _folder_with_login(_docker_folder(), job.scratch / "docker", destination)
            )
        base = f"; if {job.base} can't be pulled, set flowstacks:images.base" if job.base else ""
        builder.run(command(job, destination, metadata), environment, f"the build failed. Mend what it names{base}")
        if destination is None:
            return None
        return str(json.loads(metadata.read_text(encoding="utf-8"))["containerimage.digest"])


def command(job: BuildJob, destination: Destination | None, metadata: Path) -> list[str]:
    """Pure. Without an attestation, so that the digest is the image's own and not that of an index around it."""
    output = f"type=image,push=true,rewrite-timestamp=true,name={destination.reference}" if destination else None
    return [
        "docker", "buildx", "build", "--platform", builder.PLATFORM, "--provenance=false", "--pull",
        "--build-arg", "SOURCE_DATE_EPOCH=0", "--file", str(job.containerfile), "--metadata-file", str(metadata),
        "--output", output or "type=cacheonly", str(job.context),
    ]  # fmt: skip


def _docker_folder() -> Path:
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")


def _folder_with_login(original: Path, folder: Path, destination: Destination) -> Path:
    """A copy of Docker's folder that has one login more; the user's own folder is not changed.

    Everything but `config.json` is linked: plugins, contexts and builders stay as they are.
    """
    folder.mkdir(mode=0o700)
    for entry in original.iterdir() if original.is_dir() else ():
        if entry.name != _CONFIG:
            (folder / entry.name).symlink_to(entry.absolute())
    (folder / _CONFIG).write_text(json.dumps(_add_login(_read(original / _CONFIG), destination)), encoding="utf-8")
    return folder


def _read(config: Path) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(config.read_text(encoding="utf-8"))) if config.exists() else {}


def _add_login(config: dict[str, Any], destination: Destination) -> dict[str, Any]:
    """A store or a helper wins over a login in the file; an empty helper for the host switches both off for this host.

    `getConfiguredCredentialStore` in https://github.com/docker/cli/blob/v27.0.0/cli/config/configfile/file.go.
    """
    helpers = cast("dict[str, str]", config.get("credHelpers", {}))
    auths = cast("dict[str, Any]", config.get("auths", {}))
    login = {"auth": destination.login}
    return {
        **config,
        "credHelpers": {**helpers, destination.host: ""},
        "auths": {**auths, destination.host: login},
    }
