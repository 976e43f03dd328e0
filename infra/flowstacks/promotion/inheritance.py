"""An environment's config with the release of another environment: the only thing that a promotion moves. Pure.

The target keeps everything else of its own: names, runtime, defaults, overrides.
"""

from collections.abc import Mapping

from flowstacks.core.errors import FlowstacksError
from flowstacks.git.git_tree import WORKTREE
from flowstacks.stack.config import Config
from flowstacks.stack.override import Override
from flowstacks.stack.release import Release

HEAD = "HEAD"
"""The pin of the edit-and-run loop that a commit can replace."""


def pinned_as(target: Config, source: Config) -> Config:
    """`target`'s config with `source`'s release: commit, images, and `from`.

    Raises `FlowstacksError` where the source has no release, or one that follows a checkout.
    """
    if source.release is None:
        raise FlowstacksError(
            f"{source.environment} has no release to take over. Promote into it first, or write its flowstacks:release"
        )
    refuse_uncommitted(source.environment, source.release.commit)
    release = Release.model_validate({**source.release.model_dump(by_alias=True), "from": source.environment})
    return target.model_copy(update={"release": release})


def refuse_uncommitted(environment: str, commit: str | None) -> None:
    """Raises `FlowstacksError` for the pin `worktree`, which no other environment can have."""
    if commit == WORKTREE:
        raise FlowstacksError(
            f"{environment} runs uncommitted flows (`{WORKTREE}`), which no other environment can have. "
            "Commit, and pin HEAD or the commit there"
        )


def with_images(config: Config, digests: Mapping[str, str]) -> Config:
    """`config` with these digests, by image key, in its release; as it is where it has no release."""
    if config.release is None:
        return config
    release = Release.model_validate({**config.release.model_dump(by_alias=True), "images": dict(digests)})
    return config.model_copy(update={"release": release})


def with_head(config: Config, head: str | None) -> Config:
    """`config` with a commit in place of each pin `HEAD`; every other pin stays.

    `head`: 40 hex digits; None before the first commit, and then the pins stay for discovery to refuse.
    """
    if head is None:
        return config
    release, overrides = config.release, dict(config.overrides)
    if release and release.commit == HEAD:
        release = release.model_copy(update={"commit": head})
    for pattern, override in config.overrides.items():
        if override.commit == HEAD:
            overrides[pattern] = override.model_copy(update={"commit": head})
    return config.model_copy(update={"release": release, "overrides": overrides})


def held(config: Config) -> Mapping[str, Override]:
    """The overrides, by pattern, that hold deployments apart from the release: a promotion does not change them."""
    return {pattern: override for pattern, override in config.overrides.items() if override.commit or override.image}
