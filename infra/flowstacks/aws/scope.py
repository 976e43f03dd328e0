"""What every AWS resource of an environment shares: names, tags, parent and provider."""

import dataclasses

import pulumi

from flowstacks.aws import names
from flowstacks.aws.names import Names


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scope(Names):
    """Names, and what else every resource of an environment gets."""

    owner: str
    """The mark of the environment's objects, as `naming.owner` makes it."""
    opts: pulumi.ResourceOptions
    """Parent and provider."""

    @property
    def tags(self) -> dict[str, str]:
        """For every resource that can have tags."""
        return {names.ENVIRONMENT_TAG: self.environment, names.OWNER_TAG: self.owner}
