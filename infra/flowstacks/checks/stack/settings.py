"""The stack's own settings, whatever the flows are. Pure."""

import os
import urllib.parse
from collections.abc import Iterator

from flowstacks.checks.check import Finding
from flowstacks.checks.facts import StackFacts
from flowstacks.core import urls
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack import config, server
from flowstacks.stack.release import COMMIT, MOVING_PINS


def api_missing(facts: StackFacts) -> Iterator[Finding]:
    """No Prefect API is set.

    Remedy: Set `flowstacks:prefect.api_url` or `PREFECT_API_URL`.
    """
    if not server.api_url(facts.config):
        yield Finding(
            facts.locate(["flowstacks:prefect", "api_url"]),
            "no Prefect API is known",
            "Set flowstacks:prefect.api_url or PREFECT_API_URL; on the embedded default run `. .local/env` first",
        )


def api_is_no_url(facts: StackFacts) -> Iterator[Finding]:
    """The Prefect API is no http or https URL.

    Remedy: Write one such as `https://prefect.example.com/api`.
    """
    url = server.api_url(facts.config)
    if url and not _is_http(url):
        yield Finding(
            facts.locate(["flowstacks:prefect", "api_url"]),
            f"the Prefect API {urls.without_login(url)!r} is no http or https URL",
            "It looks like https://prefect.example.com/api",
        )


def _is_http(url: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.port == 0 or " " in url)
    except ValueError:  # a port that is no number, half an IPv6 address
        return False


def runtime_unknown(facts: StackFacts) -> Iterator[Finding]:
    """The runtime is not part of this version.

    Remedy: Use one of the runtimes that the message names.
    """
    if facts.config.runtime not in RUNTIMES:
        yield Finding(
            facts.locate(["flowstacks:runtime"]),
            f"flowstacks:runtime {facts.config.runtime!r} is not part of this version",
            f"Known are {', '.join(RUNTIMES)}",
        )


def moving_pins(facts: StackFacts) -> Iterator[Finding]:
    """A pin that follows the checkout is used off the edit-and-run loop.

    Remedy: Pin a commit's 40 hex digits.
    """
    runtime = RUNTIMES.get(facts.config.runtime)
    if runtime is not None and runtime.allows_moving_pin and urls.is_loopback(server.api_url(facts.config) or ""):
        return
    for pin, path in config.pins(facts.config).items():
        if pin in MOVING_PINS:
            yield Finding(
                facts.locate(path),
                f"pin {pin!r} follows the checkout and is only for runtime `process` on a loopback API",
                "Pin a commit's 40 hex digits: `git rev-parse HEAD`",
            )


def pin_from_environment(facts: StackFacts) -> Iterator[Finding]:
    """A variable of the shell would replace the pin off loopback.

    Elsewhere a promotion is an edit that is reviewed.

    Remedy: Unset `FLOWSTACKS_COMMIT`.
    """
    if os.environ.get(COMMIT) and not urls.is_loopback(server.api_url(facts.config) or ""):
        yield Finding(
            facts.locate(["flowstacks:release", "commit"]),
            f"{COMMIT} in the environment would replace the pin, which it may only on a loopback API",
            f"Run `unset {COMMIT}`",
        )


def repository_missing(facts: StackFacts) -> Iterator[Finding]:
    """Off loopback no repository is set.

    Remedy: Set `flowstacks:repository: {url: …}`.
    """
    if not facts.config.repository and not urls.is_loopback(server.api_url(facts.config) or ""):
        yield Finding(
            facts.locate(["flowstacks:repository"]),
            "off loopback the repository says where runs clone from and whose the objects on the server are",
            "Set flowstacks:repository: {url: …}",
        )


def repository_password(facts: StackFacts) -> Iterator[Finding]:
    """The repository's URL holds a user or a password.

    Remedy: Put it into a credentials block, and name that in `flowstacks:repository.credentials`.
    """
    url = facts.config.repository.url if facts.config.repository else ""
    if urls.holds_login(url):
        yield Finding(
            facts.locate(["flowstacks:repository", "url"]),
            "the repository's URL holds a user or a password, which would be readable in the state and on the server",
            "Put it into a credentials block and name that: flowstacks:repository: {url: …, credentials: …}",
        )


def repository_scheme(facts: StackFacts) -> Iterator[Finding]:
    """The repository's URL is none that `git clone` may be given.

    Remedy: Write an https, http or ssh URL, or `git@host:path`.
    """
    if facts.config.repository:
        is_local = urls.is_loopback(server.api_url(facts.config) or "")  # runs are on this machine then
        if fault := urls.repository_fault(facts.config.repository.url, is_local=is_local):
            message, remedy = fault
            place = facts.locate(["flowstacks:repository", "url"])
            yield Finding(place, f"flowstacks:repository.url {message}", remedy)


def branch_missing(facts: StackFacts) -> Iterator[Finding]:
    """The naming templates use a branch that is not set.

    Remedy: Set `flowstacks:repository: {url: …, branch: …}`.
    """
    if facts.config.naming.wants("branch") and not (facts.config.repository and facts.config.repository.branch):
        yield Finding(
            facts.locate(["flowstacks:naming"]),
            "the naming templates use {branch}, which is not set",
            "Set flowstacks:repository: {url: …, branch: …}",
        )
