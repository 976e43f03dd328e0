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
    """Counts of runs. `again`: their deployment is updated, its schedules make new ones; `lost`: it goes."""

    again: int
    lost: int


def count(client: Client, plan: DeploymentPlan) -> Disturbed:
    """As they are now; those that were started by hand and wait are lost with their deployment, and else stay."""
    if plan.is_empty:
        return Disturbed(again=0, lost=0)
    names = {one.was_named for one in plan.deployments if one.was_named}
    flows = {
        each.name: each.id for each in Flows.of(client).by_name(sorted({name.partition("/")[0] for name in names}))
    }
    ids = {(each.flow_id, each.name): each.id for each in Deployments.of(client).all().values()}

    def of(moved: Iterable[MovedDeployment]) -> list[str]:
        parted = [(one.was_named or "").partition("/") for one in moved]
        found = (ids.get((flows.get(flow, ""), name)) for flow, _, name in parted)
        return sorted(id_ for id_ in found if id_)

    updated = of(one for one in plan.deployments if one.move == "updated")
    going = of(one for one in plan.deployments if one.move in ("deleted", "renamed"))
    return Disturbed(
        again=FlowRuns.of(client).waiting(updated, only_of_schedules=True),
        lost=FlowRuns.of(client).waiting(going, only_of_schedules=False),
    )
