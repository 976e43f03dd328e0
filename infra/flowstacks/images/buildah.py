"""Builds without a daemon. Options are those of buildah 1.28 (Debian 12)."""

import json
import os
import uuid

from flowstacks.core import urls
from flowstacks.images import builder
from flowstacks.images.builder import BuildJob, Destination


class Buildah:
    """Images stay in buildah's own storage only while they are built; a base that was pulled stays."""

    def works(self) -> bool:
        """Whether its storage can be used."""
        return builder.succeeds(["buildah", "images", "-q"], _environment())

    def build(self, job: BuildJob, destination: Destination | None) -> str | None:
        """See `Builder.build`."""
        if job.base:
            _pull(job.base)
        name = f"localhost/flowstacks-build:{uuid.uuid4().hex}"
        try:
            _run(["bud", *_options(job), "--tag", name, str(job.context)], "the build failed. Mend what it names")
            return _push(job, name, destination) if destination else None
        finally:
            builder.succeeds(["buildah", "rmi", name], _environment())


def _options(job: BuildJob) -> list[str]:
    """The same content gives the same digest on every machine: no times, no label of the tool."""
    options = ["--file", str(job.containerfile), "--platform", builder.PLATFORM, "--timestamp", "0"]
    options += ["--identity-label=false"]
    # The base was just pulled; a registry on loopback, which has no TLS, could not be asked by the build itself.
    return [*options, "--pull=false"] if job.base else options


def _pull(base: str) -> None:
    """The newest version, or where the registry can't be reached the one in local storage."""
    tls = _tls(is_plain=urls.is_loopback(f"//{base.partition('/')[0]}"))
    command = ["buildah", "pull", "--quiet", "--platform", builder.PLATFORM, *tls, "--policy"]
    if not builder.succeeds([*command, "always", base], _environment()):
        builder.run(
            [*command, "missing", base],
            _environment(),
            f"the base image {base} can't be pulled here. Set flowstacks:images.base to one that can, by its full name",
        )


def _push(job: BuildJob, name: str, destination: Destination) -> str:
    digest = job.scratch / "digest"
    options = ["--digestfile", str(digest), *_tls(is_plain=destination.is_plain)]
    if destination.login:
        login = job.scratch / "login.json"
        login.touch(mode=0o600)
        login.write_text(json.dumps({"auths": {destination.host: {"auth": destination.login}}}), encoding="utf-8")
        options += ["--authfile", str(login)]
    _run(
        ["push", "--quiet", *options, name, f"docker://{destination.reference}"],
        f"{destination.reference} can't be pushed. Check your rights on the repository, then run it again",
    )
    return digest.read_text(encoding="utf-8").strip()


def _tls(*, is_plain: bool) -> list[str]:
    return ["--tls-verify=false"] if is_plain else []


def _run(arguments: list[str], failure: str) -> str:
    return builder.run(["buildah", *arguments], _environment(), failure)


def _environment() -> dict[str, str]:
    """For root, which often is in a container without overlays and namespaces: drivers that work everywhere.

    Variables that are set win.
    """
    careful = {"STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"} if os.geteuid() == 0 else {}
    return {**careful, **os.environ}
