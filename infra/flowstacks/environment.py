"""One environment's resources: all wiring, no decisions."""

from collections.abc import Mapping
from typing import cast

import pulumi

from flowstacks.desired.image_source import ImageSources
from flowstacks.desired.objects import Desired, DesiredDeployment, DesiredWorkPool
from flowstacks.desired.runtime import Platform
from flowstacks.provider import resources
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config

Inputs = dict[str, pulumi.Input[object]]


class Environment(pulumi.ComponentResource):
    """Everything of one stack: what the runtime provisions, then work pools, then deployments."""

    platform: Platform | None
    """What the runtime has provisioned; None where it provisions nothing."""
    work_pools: dict[str, resources.WorkPool]
    """`prefect:WorkPool` by name."""
    deployments: dict[str, resources.Deployment]
    """`prefect:Deployment` by address."""
    images: dict[str, pulumi.Output[str] | None]
    """Reference of the image that runs a deployment, by address."""

    def __init__(
        self, name: str, config: Config, desired: Desired, foreign_pools: Mapping[str, str], images: ImageSources
    ) -> None:
        """Register everything; `name` is the stack's.

        `foreign_pools`: ids by name of the pools that deployments use and another owner has; `images` by image name.
        """
        super().__init__("flowstacks:index:Environment", name)
        provision = RUNTIMES[config.runtime].provision
        self.platform = provision(config, desired, images, self) if provision else None
        child = pulumi.ResourceOptions(parent=self)
        self.work_pools = {
            pool.name: resources.WorkPool(pool.name, self._pool_inputs(pool), child) for pool in desired.work_pools
        }
        if self.platform:
            for pool in self.work_pools.values():
                self.platform.start_worker(pool.name)
        self._register_deployments(desired, foreign_pools)
        self.register_outputs({})

    def _register_deployments(self, desired: Desired, foreign_pools: Mapping[str, str]) -> None:
        # Pools are made first and deleted last, also for deployments that run in another owner's pool.
        # A schedule may be due at once, and its run needs its rights and secrets.
        startable = self.platform.startable if self.platform else ()
        opts = pulumi.ResourceOptions(parent=self, depends_on=[*self.work_pools.values(), *startable])
        pool_ids = {**foreign_pools, **{name: pool.id for name, pool in self.work_pools.items()}}
        self.deployments, self.images = {}, {}
        for deployment in desired.deployments:
            inputs: Inputs = {
                **deployment.props,
                "work_pool_id": pool_ids[deployment.work_pool_name],
                "job_variables": self._job_variables(deployment),
            }
            self.deployments[deployment.address] = resources.Deployment(deployment.resource_name, inputs, opts)
            self.images[deployment.address] = self.platform.image(deployment) if self.platform else None

    def _pool_inputs(self, pool: DesiredWorkPool) -> Inputs:
        template: Inputs = {"base_job_template": self.platform.base_job_template} if self.platform else {}
        return {**cast("Inputs", pool.props), **template}

    def _job_variables(self, deployment: DesiredDeployment) -> Inputs:
        if self.platform:
            return self.platform.job_variables(deployment)
        return cast("Inputs", deployment.props["job_variables"])
