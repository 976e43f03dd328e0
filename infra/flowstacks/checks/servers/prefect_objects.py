"""Names on the Prefect server: objects that belong to another stack, pools and queues that do not exist. Pure."""

from collections.abc import Iterator

from flowstacks.checks.check import Finding
from flowstacks.checks.facts import PrefectFacts
from flowstacks.core import naming, suggestion
from flowstacks.core.problem import Place
from flowstacks.desired import desired_state
from flowstacks.provider import owners
from flowstacks.provider.kinds import deployment as deployment_kind


def taken(facts: PrefectFacts) -> Iterator[Finding]:
    """An object on the Prefect server has a name that the environment wants, and is not the environment's.

    Remedy: Rename it there or here; nothing takes it over.
    """
    deployments = {deployment.resource_name: deployment for deployment in facts.desired.deployments}
    for foreign in facts.foreign:
        deployment = deployments.get(foreign.name) if foreign.kind == deployment_kind.KIND.name else None
        place = deployment.place if deployment else Place(naming.stack_file(facts.config.environment), 0)
        described = owners.description(foreign.owner, facts.desired.owner) if foreign.owner else ""
        owner = f"belongs to {described}" if described else "is not ours: somebody else made it"
        message = f"{foreign.kind} {foreign.name!r} exists on the server and {owner}"
        remedy = "Rename it there or here; nothing takes it over"
        if owners.differs_in_repository(foreign.owner, facts.desired.owner):
            remedy = "If the repository is the same, set flowstacks:repository.url back; else rename it there or here"
        yield Finding(place, message, remedy, deployment.address if deployment else None)


def missing_pools(facts: PrefectFacts) -> Iterator[Finding]:
    """A deployment names a work pool that is neither on the server nor the environment's.

    Remedy: Correct the name, or create the pool first.
    """
    known = {*facts.work_pools, *(pool.name for pool in facts.desired.work_pools)}
    for deployment in facts.desired.deployments:
        name = deployment.work_pool_name
        if name not in known:
            message = f"there is no work pool {name!r}"
            yield Finding(deployment.place, message, suggestion.closest(name, known), deployment.address)


def missing_queues(facts: PrefectFacts) -> Iterator[Finding]:
    """A deployment names a work queue that its pool does not have, and where no worker would look.

    Remedy: Create the queue first, or use the pool's default queue.
    """
    for deployment in facts.desired.deployments:
        pool, queue = deployment.work_pool_name, str(deployment.props["work_queue_name"])
        is_new = pool not in facts.work_pools and queue != desired_state.DEFAULT_QUEUE
        if (pool, queue) in facts.missing_queues or is_new:
            yield Finding(
                deployment.place,
                f"pool {pool!r} has no work queue {queue!r}, and Prefect would create it without a word",
                f"Create it first: prefect work-queue create {queue} --pool {pool}; "
                f"or use {desired_state.DEFAULT_QUEUE!r}",
                deployment.address,
            )
