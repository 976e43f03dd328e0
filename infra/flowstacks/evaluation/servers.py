"""What only servers know: who owns the names that a stack wants, which pools, queues and images exist. Read-only."""

import contextlib
import dataclasses
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

from flowstacks.checks import registry
from flowstacks.checks.check import CheckRun
from flowstacks.checks.facts import PlacementFacts, PrefectFacts
from flowstacks.core import problem
from flowstacks.core.errors import RejectedError, ServerError
from flowstacks.core.problem import Problem
from flowstacks.desired import desired_state
from flowstacks.desired.desired_state import DesiredDeployment
from flowstacks.desired.image_source import ImageSource
from flowstacks.evaluation import aws_survey, evaluation, images, removals
from flowstacks.evaluation.evaluation import Verdict
from flowstacks.provider import conflicts, ownership
from flowstacks.provider.client import Client
from flowstacks.provider.conflicts import ClaimedDeployment, ClaimedWorkPool
from flowstacks.provider.errors import ProviderError
from flowstacks.provider.settings import ServerSettings
from flowstacks.stack import config
from flowstacks.stack.config import Config, ExistingSecret
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
    if verdict.config.runtime == "ecs":
        sources = _check_aws(verdict, root, checks)
    if problem.errors(checks.problems):
        raise RejectedError(checks.problems)
    own = {pool.name for pool in verdict.desired.work_pools}
    foreign = {deployment.work_pool_name for deployment in verdict.desired.deployments} - own
    return ServerState(foreign_pools={name: pools[name] for name in foreign}, images=sources, problems=checks.problems)


@contextlib.contextmanager
def asking(settings: Config, root: Path) -> Generator[Client]:
    """A client of the stack's server; what the server refuses becomes a `ServerError` with its place."""
    url, key, auth = config.api_url(settings), config.api_key(settings), config.auth_string(settings)
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
        claimed_pools = [ClaimedWorkPool(name=pool.name) for pool in desired.work_pools]
        blockers = conflicts.find(client, desired.owner, claimed_pools, list(map(_claim, desired.deployments)))
        existing = client.work_pools()
        entrypoints = _entrypoints(client, desired.owner)
    pools = {name: pool.id for name, pool in existing.items()}
    checks.run(registry.PREFECT, PrefectFacts(config=settings, desired=desired, conflicts=blockers, work_pools=pools))
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
    if name is None or name == settings.environment or not (root / f"Pulumi.{name}.yaml").exists():
        return None
    return evaluation.configured(root, name)


def _entrypoints(client: Client, owner: str) -> list[str]:
    deployments = client.deployments().values()
    return [item.entrypoint for item in deployments if item.entrypoint and ownership.deployment_owner(item) == owner]


def _claim(deployment: DesiredDeployment) -> ClaimedDeployment:
    return ClaimedDeployment(
        flow_name=str(deployment.props["flow_name"]),
        name=str(deployment.props["name"]),
        work_pool_name=deployment.work_pool_name,
        work_queue_name=str(deployment.props["work_queue_name"]),
    )
