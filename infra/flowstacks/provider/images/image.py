"""The inputs of an `Image` resource."""

from typing import Annotated

import pydantic

from flowstacks.provider.model import ProviderModel

Digest = Annotated[str, pydantic.Field(pattern=r"^sha256:[0-9a-f]{64}$")]


RepositoryUrl = Annotated[str, pydantic.Field(pattern=r"^[^/\s]+/\S+$")]


class ImageInputs(ProviderModel):
    """One image that an environment runs.

    `repository_url`: `host/name`, as ECR gives it. `image`: the image key, `project` or `project/name`. `digest`: the
    pinned one; None means the one with the content's `tree-…` tag, built where it is missing and
    `flowstacks:images.build` allows. `source`: the repository to bring it from where it is not here yet, named like
    `repository_url`. `commit`: where it is built from, 40 hex digits. `tag`: put on the digest, so that
    the repository's lifecycle policy keeps it.
    """

    repository_url: RepositoryUrl
    region: str | None = None
    image: Annotated[str, pydantic.Field(min_length=1)]
    digest: Digest | None = None
    source: RepositoryUrl | None = None
    commit: Annotated[str, pydantic.Field(pattern=r"^[0-9a-f]{40}$")]
    tree_key: Annotated[str, pydantic.Field(min_length=1)]
    tag: Annotated[str, pydantic.Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")]
