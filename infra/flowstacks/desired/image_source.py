"""What the registries say of an image that an environment is to run."""

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImageSource:
    """`digest` is None for what `up` is to build; `source`: URL of the repository that `up` is to bring it from."""

    digest: str | None
    source: str | None = None
