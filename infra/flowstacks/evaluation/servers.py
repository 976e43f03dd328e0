"""What only servers know: who owns the names that a stack wants, which pools, queues and images exist. Read-only."""

import contextlib
import dataclasses
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

from flowstacks.checks import registry
from flowstacks.checks.check import CheckRun
from flowstacks.checks.facts import PlacementFacts, PrefectFacts
from flowstacks.core import naming, problem
from flowstacks.core.errors import RejectedError, ServerError
from flowstacks.core.problem import Problem
from flowstacks.desired import desired_state
from flowstacks.desired.image_source import ImageSource
from flowstacks.desired.objects import Desired, DesiredDeployment
from flowstacks.evaluation import aws_survey, evaluation, images, removals
from flowstacks.evaluation.evaluation import Verdict
from flowstacks.provider import conflicts, owners
from flowstacks.provider.errors import ProviderError
from flowstacks.provider.kind import Kind, Props
from flowstacks.provider.kinds import deployment, work_pool
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.prefect.deployments import Deployments
from flowstacks.provider.prefect.settings import ServerSettings
from flowstacks.provider.prefect.work_pools import WorkPools
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack import server
from flowstacks.stack.config import Config
from flowstacks.stack.secret import ExistingSecret
from flowstacks.stack.stack_file import StackFile


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServerState:
    """What `up` needs of the servers."""

    foreign_pools: Mapping[str, str]
    """IDs of the pools that deployments name and that are not of this stack, by name."""
    images: Mapping[str, ImageSource]
    """Where each image is, by its name."""
    problems: Sequence[Problem]
    """Warnings only."""


def check(verdict: Verdict, root: Path) -> ServerState:
    """Ask the Prefect server, and on `ecs` AWS.

    Raises `RejectedError` with every conflict, `ServerError` where one does not answer or refuses us.
    """
    checks = CheckRun()
    pools = _check_prefect(verdict, root, checks)
    sources: Mapping[str, ImageSource] = {}
    if RUNTIMES[verdict.config.runtime].needs_aws:
        sources = _check_aws(verdict, root, checks)
    if problem.errors(checks.problems):
        raise RejectedError(checks.problems)
    own = {pool.name for pool in verdict.desired.work_pools}
    foreign = {item.work_pool_name for item in verdict.desired.deployments} - own
    return ServerState(foreign_pools={name: pools[name] for name in foreign}, images=sources, problems=checks.problems)


@contextlib.contextmanager
def asking(settings: Config, root: Path) -> Generator[Client]:
    """A client of the stack's server; what the server refuses becomes a `ServerError` with its place."""
    url, key, auth = server.api_url(settings), server.api_key(settings), server.auth_string(settings)
    client = Client(ServerSettings.model_validate({"api_url": url, "api_key": key, "auth_string": auth}))
    try:
        yield client
    except ProviderError as refusal:
        place = StackFile(root, settings.environment).place(["flowstacks:prefect", "api_url"])
        raise ServerError(f"{place if place.line else 'PREFECT_API_URL'}: error: {refusal}") from refusal
    finally:
        client.close()


def _check_prefect(verdict: Verdict, root: Path, checks: CheckRun) -> Mapping[str, str]:
    """IDs of the server's work pools, by name."""
    desired, settings = verdict.desired, verdict.config
    with asking(settings, root) as client:
        foreign = conflicts.find(client, desired.owner, _claims(desired)).foreign
        existing = WorkPools.of(client).all()
        missing = WorkPools.of(client).missing_queues(list(map(_queue, desired.deployments)))
        entrypoints = _entrypoints(client, desired.owner)
    pools = {name: pool.id for name, pool in existing.items()}
    facts = PrefectFacts(config=settings, desired=desired, foreign=foreign, missing_queues=missing, work_pools=pools)
    checks.run(registry.PREFECT, facts)
    checks.problems.extend(removals.removal_problems(verdict, entrypoints))
    templates = [existing[pool.name].base_job_template for pool in desired.work_pools if pool.name in existing]
    locate = StackFile(root, settings.environment).place
    before = len(checks.problems)
    checks.run(registry.PLACEMENT, PlacementFacts(config=settings, job_templates=templates, locate=locate))
    if len(checks.problems) > before:
        raise RejectedError(checks.problems)  # AWS would be asked about names and images of the other place
    return pools


def _check_aws(verdict: Verdict, root: Path, checks: CheckRun) -> Mapping[str, ImageSource]:
    """Sources of the images, by name."""
    settings, desired = verdict.config, verdict.desired
    stack_file = StackFile(root, settings.environment)
    resolved = images.resolve(settings, desired.images, stack_file.place, _origin(settings, root))
    checks.problems.extend(resolved.problems)
    names = desired_state.secret_names(settings, desired)
    new = [name for name in names if not isinstance(settings.secrets.get(name), ExistingSecret)]
    prefix = stack_file.place(["flowstacks:aws", "prefix"])
    checks.run(registry.AWS, aws_survey.survey(settings, desired.owner, new, prefix))
    return resolved.images


def _origin(settings: Config, root: Path) -> Config | None:
    """The environment that the release comes from, where it is still one of this repository's."""
    name = settings.release.from_ if settings.release else None
    if name is None or name == settings.environment or not (root / naming.stack_file(name)).exists():
        return None
    return evaluation.configured(root, name)


def _entrypoints(client: Client, owner: str) -> list[str]:
    answers = Deployments.of(client).all().values()
    return [
        answer.entrypoint
        for answer in answers
        if answer.entrypoint and owners.is_same(deployment.marked_owner(answer), owner)
    ]


def _claims(desired: Desired) -> dict[Kind[Any, Any], list[Props]]:
    return {
        work_pool.KIND: [pool.props for pool in desired.work_pools],
        deployment.KIND: [item.props for item in desired.deployments],
    }


def _queue(item: DesiredDeployment) -> tuple[str, str]:
    return item.work_pool_name, str(item.props["work_queue_name"])
