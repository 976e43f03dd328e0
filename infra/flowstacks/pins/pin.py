"""What a stack file pins: all that a promotion or a rollback changes."""

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, kw_only=True)
class PinnedRelease:
    """As written: `commit` may be `HEAD` on the embedded default; `images` holds digests by image key."""

    commit: str
    from_: str | None = None
    images: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Hold:
    """What holds an override's deployments apart from the release."""

    commit: str | None
    image: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pinned:
    """`holds` by the override's pattern. Equal ones run the same code."""

    release: PinnedRelease | None
    holds: Mapping[str, Hold]
