"""The resources that a program declares. Each takes exactly the properties of its kind's input model.

Types in the state: `pulumi-python:dynamic/prefect:WorkPool`, `…:Deployment`, `pulumi-python:dynamic/flowstacks:Image`.
"""

from collections.abc import Mapping

import pulumi
import pydantic
from pulumi import dynamic

from flowstacks.provider.dynamic import DeploymentProvider, ImageProvider, WorkPoolProvider
from flowstacks.provider.images.image import ImageInputs
from flowstacks.provider.kinds.deployment import DeploymentInputs
from flowstacks.provider.kinds.work_pool import WorkPoolInputs


class WorkPool(dynamic.Resource, module="prefect", name="WorkPool"):
    """A work pool. `props`: every field of `WorkPoolInputs`, none left out; values may be outputs.

    `server` is the fingerprint of the Prefect server that holds it, `id` the pool's UUID, `name` as given.
    """

    server: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, resource_name: str, props: Mapping[str, pulumi.Input[object]], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """A ValueError where a property is missing or unknown."""
        super().__init__(WorkPoolProvider(), resource_name, _complete(WorkPoolInputs, props), opts)


class Deployment(dynamic.Resource, module="prefect", name="Deployment"):
    """A deployment. `props`: every field of `DeploymentInputs`, none left out; values may be outputs.

    `resource_name` should be Prefect's own identity, `<flow name>/<deployment name>`: then a flow that moves in the
    repository stays the same resource. `server` and `id` as with `WorkPool`.
    """

    server: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, resource_name: str, props: Mapping[str, pulumi.Input[object]], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """A ValueError where a property is missing or unknown."""
        super().__init__(DeploymentProvider(), resource_name, _complete(DeploymentInputs, props), opts)


class Image(dynamic.Resource, module="flowstacks", name="Image"):
    """An image that the environment runs. `props`: every field of `ImageInputs`, none left out; values may be outputs.

    `digest` is the settled one, `uri` is `<repository_url>@<digest>`. A preview knows both unless the image is new or
    changes.
    """

    digest: pulumi.Output[str]
    uri: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        props: Mapping[str, pulumi.Input[object] | None],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """A ValueError where a property is missing or unknown."""
        super().__init__(ImageProvider(), resource_name, _complete(ImageInputs, props, "uri"), opts)


def _complete(
    model: type[pydantic.BaseModel], props: Mapping[str, pulumi.Input[object] | None], output: str = "server"
) -> dict[str, pulumi.Input[object] | None]:
    """`props` and a place for the output; the SDK resolves only outputs that are named in the properties."""
    wrong = sorted(set(model.model_fields) ^ set(props))
    if wrong:
        raise ValueError(
            f"{model.__name__}: missing or unknown properties: {', '.join(wrong)}. Give each exactly once."
        )
    return {**props, output: None}
