"""Names of AWS resources, which show team and environment, and the tag that names their owner. Pure."""

import dataclasses
import re

from flowstacks.stack.config import Config

OWNER_TAG = "flowstacks:owner"
ENVIRONMENT_TAG = "flowstacks:environment"

_NOT_IN_FAMILY = re.compile(r"[^A-Za-z0-9_-]+")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Names:
    """`prefix` is the team's (`flowstacks:aws.prefix`), `environment` the stack's name."""

    prefix: str
    environment: str

    @property
    def name(self) -> str:
        """Name of everything that an environment has once: `flowstacks-staging`."""
        return f"{self.prefix}-{self.environment}"

    @property
    def log_group(self) -> str:
        """`/ecs/flowstacks-staging`."""
        return f"/ecs/{self.name}"

    def role(self, kind: str) -> str:
        """`flowstacks-staging-execution`."""
        return f"{self.name}-{kind}"

    def secret(self, name: str) -> str:
        """`flowstacks/staging/warehouse-password`."""
        return f"{self.prefix}/{self.environment}/{name}"

    def family(self, key: str) -> str:
        """Family of the task definition of a project or an address: `flowstacks-staging-etl`, `…-etl--load--daily`.

        A family has letters, digits, `-` and `_`
        (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html).
        """
        return f"{self.name}-{_NOT_IN_FAMILY.sub('-', key.replace('/', '--'))}"


def of_config(config: Config) -> Names:
    """The names of an environment."""
    return Names(prefix=config.aws.prefix, environment=config.environment)
