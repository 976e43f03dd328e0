"""The resources that a program declares. Each takes exactly the properties of its kind's input model.

Types in the state: `pulumi-python:dynamic/prefect:WorkPool`, `…:Deployment`, `pulumi-python:dynamic/flowstacks:Image`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import pulumi
import pydantic
from pulumi import dynamic

from flowstacks.provider.dynamic import PROVIDERS, ImageProvider
from flowstacks.provider.images.image import ImageInputs
from flowstacks.provider.kind import Kind
from flowstacks.provider.kinds import deployment, work_pool

Inputs = Mapping[str, pulumi.Input[object] | None]


class PrefectResource(dynamic.Resource):
    """An object of a Prefect server. `props`: every field of the kind's model, none left out; values may be outputs.

    A subclass names its kind: `class Deployment(PrefectResource, kind=deployment.KIND)`.
    """

    kind: ClassVar[Kind[Any, Any]]
    server: pulumi.Output[str]
    """The fingerprint of the server that holds it; `id` is the object's there."""
    name: pulumi.Output[str]
    """As given."""

    def __init_subclass__(cls, kind: Kind[Any, Any]) -> None:
        """The type in the state is `pulumi-python:dynamic/prefect:` and the kind's resource."""
        super().__init_subclass__(module="prefect", name=kind.resource)  # pyright: ignore[reportUnknownMemberType] - the SDK types no keyword
        cls.kind = kind

    def __init__(self, resource_name: str, props: Inputs, opts: pulumi.ResourceOptions | None = None) -> None:
        """A ValueError where a property is missing or unknown."""
        provider = PROVIDERS[self.kind.resource]()
        super().__init__(provider, resource_name, _complete(self.kind.model, props, "server"), opts)


class WorkPool(PrefectResource, kind=work_pool.KIND):
    """A work pool."""


class Deployment(PrefectResource, kind=deployment.KIND):
    """A deployment.

    Its resource name should be Prefect's own identity, `<flow name>/<deployment name>`: then a flow that moves in the
    repository stays the same resource.
    """


class Image(dynamic.Resource, module="flowstacks", name="Image"):
    """An image that the environment runs. `props`: every field of `ImageInputs`, none left out; values may be outputs.

    A preview knows digest and URI unless the image is new or changes.
    """

    digest: pulumi.Output[str]
    """The settled one."""
    uri: pulumi.Output[str]
    """`<repository_url>@<digest>`."""

    def __init__(self, resource_name: str, props: Inputs, opts: pulumi.ResourceOptions | None = None) -> None:
        """A ValueError where a property is missing or unknown."""
        super().__init__(ImageProvider(), resource_name, _complete(ImageInputs, props, "uri"), opts)


def resource_class(kind: Kind[Any, Any]) -> type[PrefectResource]:
    """The class of a kind that has none of its own here."""
    return type(kind.resource, (PrefectResource,), {}, kind=kind)


def _complete(model: type[pydantic.BaseModel], props: Inputs, output: str) -> dict[str, pulumi.Input[object] | None]:
    """`props` and a place for the output; the SDK resolves only outputs that are named in the properties."""
    wrong = sorted(set(model.model_fields) ^ set(props))
    if wrong:
        raise ValueError(
            f"{model.__name__}: missing or unknown properties: {', '.join(wrong)}. Give each exactly once."
        )
    return {**props, output: None}
