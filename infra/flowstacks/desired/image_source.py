"""Where an image that an environment is to run comes from, by the answers of the registries."""

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImageSource:
    """`digest` is None for what `up` is to build; `source`: URL of the repository that `up` is to copy it from."""

    digest: str | None
    source: str | None = None


ImageSources = Mapping[str, ImageSource]
"""By image name."""
