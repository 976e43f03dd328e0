"""One environment's resources: all wiring, no decisions."""

from collections.abc import Mapping

import pulumi

from infra.desired import DeploymentResource, Desired
from infra.provider import resources


class Environment(pulumi.ComponentResource):
    """Everything of one stack.

    Produces the following resources: a `prefect:WorkPool` for each desired pool, a `prefect:Deployment` for each
    desired deployment. `foreign_pools` gives the ids of pools that deployments use and somebody else owns, by name.
    """

    work_pools: dict[str, resources.WorkPool]
    deployments: dict[str, resources.Deployment]

    def __init__(self, name: str, desired: Desired, foreign_pools: Mapping[str, str]) -> None:
        """Register everything; `name` is the stack's."""
        super().__init__("flowstacks:index:Environment", name)
        mine = pulumi.ResourceOptions(parent=self)
        self.work_pools = {pool.name: resources.WorkPool(pool.name, pool.props, mine) for pool in desired.work_pools}
        # Pools first, and last at a destroy: also for deployments that run in somebody else's.
        in_place = pulumi.ResourceOptions(parent=self, depends_on=list(self.work_pools.values()))
        pool_ids = {**foreign_pools, **{name: pool.id for name, pool in self.work_pools.items()}}
        self.deployments = {
            one.address: resources.Deployment(one.resource_name, _inputs(one, pool_ids), in_place)
            for one in desired.deployments
        }
        self.register_outputs({})


def _inputs(one: DeploymentResource, pool_ids: Mapping[str, pulumi.Input[str]]) -> dict[str, pulumi.Input[object]]:
    return {**one.props, "work_pool_id": pool_ids[one.work_pool_name]}
