"""What an environment runs, by commit and digest, and what a promotion into it must pass."""

import re
from typing import Annotated

import pydantic

from flowstacks.core.model import Model
from flowstacks.stack.config_value import Flag

MOVING_PINS = ("HEAD", "worktree")
"""Pins of the edit-and-run loop: they follow the checkout, so no other environment may have them."""

COMMIT = "FLOWSTACKS_COMMIT"
"""Environment variable that replaces the pin's commit, for one run of the edit-and-run loop."""

_COMMIT_ID = re.compile(r"[0-9a-f]{40}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def _checked_pin(pin: str) -> str:
    if pin in MOVING_PINS or _COMMIT_ID.fullmatch(pin):
        return pin
    raise ValueError("a pin is a commit's 40 hex digits, or HEAD or worktree on the embedded default")


def _checked_digest(digest: str) -> str:
    if _DIGEST.fullmatch(digest):
        return digest
    raise ValueError("a digest is sha256: and 64 hex digits, as `flowstacks build` prints it")


Pin = Annotated[str, pydantic.AfterValidator(_checked_pin)]
"""A commit's 40 hex digits, or one of `MOVING_PINS`."""

Digest = Annotated[str, pydantic.AfterValidator(_checked_digest)]
"""An image's content: `sha256:` and 64 hex digits."""


class Release(Model):
    """What the environment runs, but for the deployments that an override holds at another commit or image."""

    commit: Pin
    """Where flows and their declarations are read from."""
    from_: str | None = pydantic.Field(None, alias="from")
    """Environment that the release was promoted from; unset where it was pinned directly."""
    images: dict[str, Digest] = pydantic.Field(default_factory=dict[str, Digest])
    """Digest by image key, `project` or `project/name`; used on runtime `ecs` only."""


class Gates(Model):
    """What a promotion into this environment must pass."""

    trunk: str | None = None
    """Branch that must contain the promoted commits; unset, `repository.branch`, else `main` or `master`."""
    green: Flag = False
    """Whether the last run of each deployment that changes must have succeeded in the source environment."""
    skip: tuple[str, ...] = ()
    """Names of gates that are not asked for this environment."""
