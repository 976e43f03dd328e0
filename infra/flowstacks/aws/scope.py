"""What every AWS resource of an environment shares: names, tags, parent and provider."""

import dataclasses

import pulumi

from flowstacks.aws import names
from flowstacks.aws.names import Names


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scope(Names):
    """`owner` is `<project>/<stack>`, `opts` parent and provider."""

    owner: str
    opts: pulumi.ResourceOptions

    @property
    def tags(self) -> dict[str, str]:
        """On everything that can have tags."""
        return {names.ENVIRONMENT_TAG: self.environment, names.OWNER_TAG: self.owner}
