"""What is wrong with the stack's own settings, whatever the flows are. Pure."""

import os
import urllib.parse
from collections.abc import Callable, Iterator, Sequence

from flowstacks.core import problem, urls
from flowstacks.core.problem import Place
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack import config, server
from flowstacks.stack.config import Config
from flowstacks.stack.release import COMMIT, MOVING_PINS
from flowstacks.stack.stack_file import Key

Locate = Callable[[Sequence[Key]], Place]


def check(stack: Config, locate: Locate) -> list[problem.Problem]:
    """All findings about one environment; `locate` tells where a config key stands."""
    return [found for one in CHECKS for found in one(stack, locate)]


def _has_api(stack: Config, locate: Locate) -> Iterator[problem.Problem]:
    if not server.api_url(stack):
        yield problem.error(
            "no-prefect-api",
            locate(["flowstacks:prefect", "api_url"]),
            "no Prefect API is known",
            "Set flowstacks:prefect.api_url or PREFECT_API_URL; on the embedded default run `. .local/env` first",
        )


def _api_is_a_url(stack: Config, locate: Locate) -> Iterator[problem.Problem]:
    url = server.api_url(stack)
    if url and not _is_http(url):
        yield problem.error(
            "bad-prefect-api",
            locate(["flowstacks:prefect", "api_url"]),
            f"the Prefect API {urls.without_login(url)!r} is no http or https URL",
            "It looks like https://prefect.example.com/api",
        )


def _is_http(url: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.port == 0 or " " in url)
    except ValueError:  # a port that is no number, half an IPv6 address
        return False


def _runtime_exists(stack: Config, locate: Locate) -> Iterator[problem.Problem]:
    if stack.runtime not in RUNTIMES:
        yield problem.error(
            "unknown-runtime",
            locate(["flowstacks:runtime"]),
            f"runtime {stack.runtime!r} is not part of this version",
            f"Known are {', '.join(RUNTIMES)}",
        )


def _moving_pins_stay_local(stack: Config, locate: Locate) -> Iterator[problem.Problem]:
    runtime = RUNTIMES.get(stack.runtime)
    if runtime is None or (runtime.allows_moving_pin and urls.is_loopback(server.api_url(stack) or "")):
        return
    for pin, path in config.pins(stack).items():
        if pin in MOVING_PINS:
            yield problem.error(
                "moving-pin",
                locate(path),
                f"pin {pin!r} follows the checkout and is only for runtime `{_moving_runtimes()}` on a loopback API",
                "Pin a commit's 40 hex digits: `git rev-parse HEAD`",
            )


def _moving_runtimes() -> str:
    return "`, `".join(name for name, runtime in RUNTIMES.items() if runtime.allows_moving_pin)


def _pin_is_the_files(stack: Config, locate: Locate) -> Iterator[problem.Problem]:
    """A variable that a shell still has must not promote: elsewhere a promotion is an edit that is reviewed."""
    if os.environ.get(COMMIT) and not urls.is_loopback(server.api_url(stack) or ""):
        yield problem.error(
            "pin-from-environment",
            locate(["flowstacks:release", "commit"]),
            f"{COMMIT} in the environment would replace the pin, which it may only on a loopback API",
            f"Run `unset {COMMIT}`",
        )


def _repository_is_known(stack: Config, locate: Locate) -> Iterator[problem.Problem]:
    if not stack.repository and not urls.is_loopback(server.api_url(stack) or ""):
        yield problem.error(
            "no-repository",
            locate(["flowstacks:repository"]),
            "off loopback the repository says where runs clone from and whose the objects on the server are",
            "Set flowstacks:repository: {url: …}",
        )


def _repository_has_no_password(stack: Config, locate: Locate) -> Iterator[problem.Problem]:
    url = stack.repository.url if stack.repository else ""
    if urls.holds_login(url):
        yield problem.error(
            "plain-secret",
            locate(["flowstacks:repository", "url"]),
            "the repository's URL holds a user or a password, which would be readable in the state and on the server",
            "Put it into a credentials block and name that: flowstacks:repository: {url: …, credentials: …}",
        )


def _branch_is_known(stack: Config, locate: Locate) -> Iterator[problem.Problem]:
    if stack.naming.wants("branch") and not (stack.repository and stack.repository.branch):
        yield problem.error(
            "no-branch",
            locate(["flowstacks:naming"]),
            "the naming templates use {branch}, which is not set",
            "Set flowstacks:repository: {url: …, branch: …}",
        )


CHECKS = (
    _has_api,
    _api_is_a_url,
    _runtime_exists,
    _moving_pins_stay_local,
    _pin_is_the_files,
    _repository_is_known,
    _repository_has_no_password,
    _branch_is_known,
)
