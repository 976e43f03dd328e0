"""One environment's resources: all wiring, no decisions."""

from collections.abc import Mapping
from typing import Any, cast

import pulumi

from flowstacks.aws import platform
from flowstacks.aws.platform import Images, Platform
from flowstacks.desired.desired_state import Desired, DesiredDeployment, DesiredWorkPool
from flowstacks.provider import resources
from flowstacks.stack.config import Config

Inputs = dict[str, pulumi.Input[object]]


class Environment(pulumi.ComponentResource):
    """Everything of one stack.

    Produces these resources: on `ecs` the AWS half (`flowstacks.aws`), then a `prefect:WorkPool` for each desired
    pool, a `prefect:Deployment` for each desired deployment. `foreign_pools` gives the ids of pools that deployments
    use and somebody else owns, by name; `images` what registries say of `desired.images`. Its own `images` are
    references by address.
    """

    platform: Platform | None
    work_pools: dict[str, resources.WorkPool]
    deployments: dict[str, resources.Deployment]
    images: dict[str, pulumi.Output[str] | None]

    def __init__(
        self, name: str, config: Config, desired: Desired, foreign_pools: Mapping[str, str], images: Images
    ) -> None:
        """Register everything; `name` is the stack's."""
        super().__init__("flowstacks:index:Environment", name)
        self.platform = platform.provision(config, desired, images, self) if config.runtime == "ecs" else None
        mine = pulumi.ResourceOptions(parent=self)
        self.work_pools = {
            pool.name: resources.WorkPool(pool.name, _pool_inputs(pool, self.platform), mine)
            for pool in desired.work_pools
        }
        if self.platform:
            for pool in self.work_pools.values():
                platform.worker(self.platform, config, pool)
        # Pools first, and last at a destroy: also for deployments that run in somebody else's.
        # On `ecs` a schedule may be due at once, and its task needs its rights and secrets.
        startable = self.platform.startable if self.platform else ()
        in_place = pulumi.ResourceOptions(parent=self, depends_on=[*self.work_pools.values(), *startable])
        pool_ids = {**foreign_pools, **{name: pool.id for name, pool in self.work_pools.items()}}
        image_names = {one.task.key: one.image for one in desired.task_definitions}
        self.deployments = {}
        self.images = {}
        for one in desired.deployments:
            image = self._image(one, image_names)
            known: Inputs = {"work_pool_id": pool_ids[one.work_pool_name], "job_variables": self._variables(one, image)}
            self.deployments[one.address] = resources.Deployment(one.resource_name, {**one.props, **known}, in_place)
            self.images[one.address] = image
        self.register_outputs({})

    def _image(self, one: DesiredDeployment, images: Mapping[str, str]) -> pulumi.Output[str] | None:
        if self.platform is None or one.task_definition is None:
            return None
        return self.platform.images[images[one.task_definition]]

    def _variables(self, one: DesiredDeployment, image: pulumi.Output[str] | None) -> Inputs:
        variables = cast("Inputs", one.props["job_variables"])
        if self.platform is None or one.task_definition is None or image is None:
            return variables
        return {
            **variables,
            "task_definition_arn": self.platform.task_definitions[one.task_definition].arn,
            "image": image,
            "env": {**cast("dict[str, Any]", variables["env"]), "IMAGE": image},
        }


def _pool_inputs(pool: DesiredWorkPool, provisioned: Platform | None) -> Inputs:
    template: Inputs = {"base_job_template": provisioned.job_template} if provisioned else {}
    return {**cast("Inputs", pool.props), **template}
