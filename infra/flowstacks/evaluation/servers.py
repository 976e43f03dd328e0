"""What only servers know: who owns what we want, which pools, queues and images there are. Read-only."""

import contextlib
import dataclasses
from collections.abc import Generator, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from flowstacks.checks import aws_ownership, aws_placement, lost_projects
from flowstacks.core import naming, problem, suggestion
from flowstacks.core.errors import RejectedError, ServerError
from flowstacks.core.problem import Place
from flowstacks.desired import desired_state
from flowstacks.desired.image_source import ImageSource
from flowstacks.desired.objects import Desired, DesiredDeployment
from flowstacks.evaluation import evaluation, images
from flowstacks.evaluation.evaluation import Verdict
from flowstacks.evaluation.images import Resolved
from flowstacks.provider import conflicts, owners
from flowstacks.provider.errors import ProviderError
from flowstacks.provider.kind import ForeignObject, Kind, Props
from flowstacks.provider.kinds import deployment, work_pool
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.prefect.deployments import Deployments
from flowstacks.provider.prefect.settings import ServerSettings
from flowstacks.provider.prefect.work_pools import WorkPoolAnswer, WorkPools
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack import server
from flowstacks.stack.config import Config
from flowstacks.stack.secret import ExistingSecret
from flowstacks.stack.stack_file import StackFile


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServerState:
    """`foreign_pools`: ids of the pools that deployments name and that are not of this stack, by name.

    `images` by name. `problems` holds warnings only.
    """

    foreign_pools: Mapping[str, str]
    images: Mapping[str, ImageSource]
    problems: Sequence[problem.Problem]


def check(verdict: Verdict, root: Path) -> ServerState:
    """Ask the Prefect server, and on `ecs` AWS.

    Raises `RejectedError` with every conflict, `ServerError` where one does not answer or refuses us.
    """
    with asking(verdict.config, root) as client:
        foreign = conflicts.find(client, verdict.desired.owner, _claims(verdict.desired)).foreign
        existing = WorkPools.of(client).all()
        missing = WorkPools.of(client).missing_queues(list(map(_queue, verdict.desired.deployments)))
        entrypoints = _entrypoints(client, verdict.desired.owner)
    pools = {name: pool.id for name, pool in existing.items()}
    emptied_projects = lost_projects.check(
        verdict.config, verdict.desired, verdict.manifests, entrypoints, verdict.pinned
    )
    problems = [*_taken(verdict, foreign), *_pools(verdict, pools)]
    problems += [*_queues(verdict, missing, pools), *emptied_projects]
    resolved = Resolved(images={}, problems=())
    if RUNTIMES[verdict.config.runtime].needs_aws:
        stack_file = StackFile(root, verdict.config.environment)
        moved = _moved(verdict, existing, stack_file)
        if moved:
            raise RejectedError([*problems, *moved])  # the rest would be about names and images of the other place
        resolved = images.resolve(
            verdict.config, verdict.desired.images, stack_file.place, _origin(verdict.config, root)
        )
        problems += [*resolved.problems, *_taken_in_aws(verdict, stack_file)]
    if problem.errors(problems):
        raise RejectedError(problems)
    mine = {pool.name for pool in verdict.desired.work_pools}
    named = {one.work_pool_name for one in verdict.desired.deployments} - mine
    return ServerState(
        foreign_pools={name: pools[name] for name in named}, images=resolved.images, problems=resolved.problems
    )


def _origin(settings: Config, root: Path) -> Config | None:
    """The environment that the release comes from, where it is still one of this repository's."""
    named = settings.release.from_ if settings.release else None
    if named is None or named == settings.environment or not (root / naming.stack_file(named)).exists():
        return None
    return evaluation.configured(root, named)


@contextlib.contextmanager
def asking(settings: Config, root: Path) -> Generator[Client]:
    """A client of the stack's server; what the server refuses becomes a `ServerError` with its place."""
    url, key, auth = server.api_url(settings), server.api_key(settings), server.auth_string(settings)
    client = Client(ServerSettings.model_validate({"api_url": url, "api_key": key, "auth_string": auth}))
    try:
        yield client
    except ProviderError as refused:
        where = StackFile(root, settings.environment).place(["flowstacks:prefect", "api_url"])
        raise ServerError(f"{where if where.line else 'PREFECT_API_URL'}: error: {refused}") from refused
    finally:
        client.close()


def _moved(verdict: Verdict, pools: Mapping[str, WorkPoolAnswer], stack_file: StackFile) -> list[problem.Problem]:
    ours = [pools[pool.name].base_job_template for pool in verdict.desired.work_pools if pool.name in pools]
    return [found for one in ours for found in aws_placement.check(verdict.config, one, stack_file.place)]


def _taken_in_aws(verdict: Verdict, stack_file: StackFile) -> list[problem.Problem]:
    settings = verdict.config
    names = desired_state.secret_names(settings, verdict.desired)
    made = [name for name in names if not isinstance(settings.secrets.get(name), ExistingSecret)]
    prefix = stack_file.place(["flowstacks:aws", "prefix"])
    return aws_ownership.check(settings, verdict.desired.owner, made, prefix)


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
        deployment.KIND: [one.props for one in desired.deployments],
    }


def _queue(desired: DesiredDeployment) -> tuple[str, str]:
    return desired.work_pool_name, str(desired.props["work_queue_name"])


def _taken(verdict: Verdict, objects: Sequence[ForeignObject]) -> Iterator[problem.Problem]:
    stack_file = Place(naming.stack_file(verdict.config.environment), 0)
    by_name = {one.resource_name: one for one in verdict.desired.deployments}
    for foreign in objects:
        one = by_name.get(foreign.name) if foreign.kind == deployment.KIND.name else None
        place, address = (one.place, one.address) if one else (stack_file, None)
        own = verdict.desired.owner
        remedy = "Rename it there or here; nothing takes it over"
        if owners.differs_in_repository(foreign.owner, own):
            remedy = "If the repository is the same, set flowstacks:repository.url back; else rename it there or here"
        yield problem.error("taken", place, _whose(foreign, own), remedy, address=address)


def _whose(foreign: ForeignObject, own: str) -> str:
    described = owners.description(foreign.owner, own) if foreign.owner else ""
    whose = f"belongs to {described}" if described else "is not ours: somebody else made it"
    return f"{foreign.kind} {foreign.name!r} exists on the server and {whose}"


def _pools(verdict: Verdict, pools: Mapping[str, str]) -> Iterator[problem.Problem]:
    mine = {pool.name for pool in verdict.desired.work_pools}
    for one in verdict.desired.deployments:
        name = one.work_pool_name
        if name not in mine and name not in pools:
            remedy = suggestion.closest(name, {*mine, *pools})
            yield problem.error(
                "no-work-pool", one.place, f"there is no work pool {name!r}", remedy, address=one.address
            )


def _queues(
    verdict: Verdict, missing: AbstractSet[tuple[str, str]], pools: Mapping[str, str]
) -> Iterator[problem.Problem]:
    for one in verdict.desired.deployments:
        pool, queue = _queue(one)
        is_new = pool not in pools and queue != desired_state.DEFAULT_QUEUE
        if (pool, queue) in missing or is_new:
            yield problem.error(
                "no-work-queue", one.place,
                f"pool {pool!r} has no work queue {queue!r}, and Prefect would create it without a word",
                f"Create it first: prefect work-queue create {queue} --pool {pool}; "
                f"or use {desired_state.DEFAULT_QUEUE!r}",
                address=one.address,
            )  # fmt: skip
