"""Which planned runs a plan disturbs, by asking the server. Read-only."""

import dataclasses
from collections.abc import Iterable

from flowstacks.difference.plan import DeploymentPlan, MovedDeployment
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.prefect.deployments import Deployments
from flowstacks.provider.prefect.flow_runs import FlowRuns
from flowstacks.provider.prefect.flows import Flows


@dataclasses.dataclass(frozen=True, kw_only=True)
class Disturbed:
    """Counts of runs. `again`: their deployment is updated, its schedules make new ones; `lost`: it is deleted."""

    again: int
    lost: int


def count(client: Client, plan: DeploymentPlan) -> Disturbed:
    """As they are now; runs started by hand that still wait are lost with their deployment, and else stay."""
    if plan.is_empty:
        return Disturbed(again=0, lost=0)
    names = {deployment.was_named for deployment in plan.deployments if deployment.was_named}
    flows = Flows.of(client).by_name(sorted({name.partition("/")[0] for name in names}))
    flow_ids = {flow.name: flow.id for flow in flows}
    ids = {(answer.flow_id, answer.name): answer.id for answer in Deployments.of(client).all().values()}

    def ids_of(moved: Iterable[MovedDeployment]) -> list[str]:
        parted = [(deployment.was_named or "").partition("/") for deployment in moved]
        known = (ids.get((flow_ids.get(flow, ""), name)) for flow, _, name in parted)
        return sorted(id_ for id_ in known if id_)

    updated = ids_of(deployment for deployment in plan.deployments if deployment.move == "updated")
    deleted = ids_of(deployment for deployment in plan.deployments if deployment.move in ("deleted", "renamed"))
    return Disturbed(
        again=FlowRuns.of(client).waiting(updated, only_of_schedules=True),
        lost=FlowRuns.of(client).waiting(deleted, only_of_schedules=False),
    )
