"""The URL that runs clone from is one that `git clone` may be given. Pure."""

from collections.abc import Callable, Sequence

from flowstacks.core import problem, urls
from flowstacks.core.problem import Place
from flowstacks.stack import server
from flowstacks.stack.config import NAMESPACE, Config
from flowstacks.stack.stack_file import Key


def check(config: Config, locate: Callable[[Sequence[Key]], Place]) -> list[problem.Problem]:
    """One problem, or none; runs on a loopback API are on this machine."""
    if not config.repository:
        return []
    is_local = urls.is_loopback(server.api_url(config) or "")
    fault = urls.repository_fault(config.repository.url, is_local=is_local)
    if not fault:
        return []
    message, remedy = fault
    key = f"{NAMESPACE}:repository"
    return [problem.error("bad-repository-url", locate([key, "url"]), f"{key}.url {message}", remedy)]
