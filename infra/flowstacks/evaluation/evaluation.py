"""From a stack's config to what it is to have; every problem at once, or the exact inputs. Sends nothing."""

import dataclasses
import importlib.metadata
from collections.abc import Mapping, Sequence
from pathlib import Path

from flowstacks.checks import (
    aws_collisions,
    deployments,
    ecs,
    plain_logins,
    plain_secrets,
    prefect_version,
    properties,
    repository_url,
    stack_settings,
)
from flowstacks.core import naming, problem, urls
from flowstacks.core.errors import GitError, RejectedError
from flowstacks.core.problem import Place
from flowstacks.desired import choice, desired_state
from flowstacks.desired.objects import Desired
from flowstacks.desired.recipe import Source
from flowstacks.discovery import discovery
from flowstacks.discovery.declarations import declaration_checks
from flowstacks.discovery.manifest import Manifest
from flowstacks.runtimes.registry import runtime_of
from flowstacks.stack import config, server
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import StackFile


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verdict:
    """`problems` holds warnings and infos only; `manifests` by pin; `pinned`: where the release's commit stands."""

    config: Config
    desired: Desired
    manifests: Mapping[str, Manifest]
    pinned: Place
    problems: Sequence[problem.Problem]


def run(root: Path, project: str, stack: str, values: Mapping[str, object] | None = None) -> Verdict:
    """Check one stack of the repository at `root`.

    `values` are Pulumi's config values; where they are not given, the stack file's are taken. `project` is the Pulumi
    project's name. Raises `RejectedError` with every error.
    """
    stack_file = StackFile(root, stack)
    return judge(root, project, _configured(stack_file, stack, values), stack_file)


def judge(root: Path, project: str, settings: Config, stack_file: StackFile) -> Verdict:
    """As `run`, for a config that was read already, or is what a stack would have; `stack_file` gives the places."""
    found: list[problem.Problem] = []
    manifests: dict[str, Manifest] = {}
    for pin, path in sorted(config.pins(settings).items()):
        try:
            manifests[pin], more = discovery.discover(root, pin)
        except GitError as unreadable:
            message, _, remedy = str(unreadable).rpartition(". ")
            more = [problem.error("unreadable-pin", stack_file.place(path), message, remedy)]
        # A stack's override may give what a declaration lacks: `check_merged` has the last word.
        found += [one for one in more if one.code != declaration_checks.PARAMETERS_MISSING]
    if len(manifests) < len(config.pins(settings)):
        raise RejectedError(found)

    def place(pattern: str) -> Place:
        return stack_file.place(["flowstacks:overrides", pattern] if pattern else ["flowstacks:defaults"])

    chosen = choice.choose(settings, manifests, place)
    runtime = runtime_of(settings)
    wanted = desired_state.compose(settings, runtime, owner(settings, project), source(settings, root), chosen)
    if not problem.errors(found):  # what a broken file would have held can't be missed
        found += deployments.check_patterns(settings, manifests, place)
    found += deployments.check_layers(chosen)
    found += deployments.check_merged(settings, wanted)
    for check in runtime.checks:
        found += check(settings, chosen, stack_file.place)
    found += ecs.check(settings, chosen, manifests, stack_file.place)
    found += prefect_version.check(chosen, importlib.metadata.version("prefect"))
    found += aws_collisions.check(settings, wanted, stack_file.place)
    found += properties.check(wanted, stack_file.place(["flowstacks:naming", "work_pool"]))
    _stop_on_errors(found)
    return Verdict(
        config=settings,
        desired=wanted,
        manifests=manifests,
        pinned=stack_file.place([f"{config.NAMESPACE}:release", "commit"]),
        problems=problem.in_reading_order(found),
    )


def configured(root: Path, stack: str) -> Config:
    """The stack file's config, checked by itself; arguments and errors as with `run`."""
    return _configured(StackFile(root, stack), stack, None)


def _configured(stack_file: StackFile, stack: str, values: Mapping[str, object] | None) -> Config:
    written = stack_file.values()
    settings = config.load(stack, written if values is None else values, stack_file.place)
    _stop_on_errors(
        stack_settings.check(settings, stack_file.place)
        + repository_url.check(settings, stack_file.place)
        + plain_logins.check(written, stack_file.place)
        + plain_secrets.check(written, stack_file.place)
        + ecs.check_stack(settings, written, stack_file.place)
    )
    return settings


def owner(settings: Config, project: str) -> str:
    """The mark that this stack's objects carry."""
    url = settings.repository.url if settings.repository else None
    return naming.owner(project, settings.environment, url)


def source(settings: Config, root: Path) -> Source:
    """Where runs clone from: this checkout on a loopback API, `flowstacks:repository` elsewhere."""
    if settings.repository and not urls.is_loopback(server.api_url(settings) or ""):
        return Source(url=settings.repository.url, credentials=settings.repository.credentials, checkout=str(root))
    return Source(url=root.as_uri(), credentials=None, checkout=str(root))


def _stop_on_errors(found: Sequence[problem.Problem]) -> None:
    if problem.errors(found):
        raise RejectedError(found)
