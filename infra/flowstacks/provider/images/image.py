"""The inputs of an `Image` resource."""

from typing import Annotated

import pydantic

from flowstacks.provider.model import ProviderModel

Digest = Annotated[str, pydantic.Field(pattern=r"^sha256:[0-9a-f]{64}$")]


RepositoryUrl = Annotated[str, pydantic.Field(pattern=r"^[^/\s]+/\S+$")]


class ImageInputs(ProviderModel):
    """An image that an environment runs."""

    repository_url: RepositoryUrl
    """`host/name`, as ECR gives it."""
    region: str | None = None
    """Of the repository; None: as AWS's own variables and files say."""
    image: Annotated[str, pydantic.Field(min_length=1)]
    """The image key, `project` or `project/name`."""
    digest: Digest | None = None
    """As pinned. None: what has the content's `tree-…` tag, built where that is missing and
    `flowstacks:images.build` allows.
    """
    source: RepositoryUrl | None = None
    """The repository to bring it from where it is not here yet, named like `repository_url`."""
    commit: Annotated[str, pydantic.Field(pattern=r"^[0-9a-f]{40}$")]
    """Where it is built from."""
    tree_key: Annotated[str, pydantic.Field(min_length=1)]
    """Of its content."""
    tag: Annotated[str, pydantic.Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")]
    """Put on the digest, so that the repository's lifecycle policy keeps it."""
