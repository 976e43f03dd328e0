"""Settings of the deployments that a pattern covers, over what their declarations set."""

from flowstacks.stack.release import Digest, Pin
from flowstacks.stack.settings import DeploymentSettings


class Override(DeploymentSettings):
    """A deployment's settings, and whether and from where it is deployed at all."""

    deployed: bool | None = None
    """False removes the covered deployments from this environment; unset means true."""
    commit: Pin | None = None
    """Holds the covered deployments at this commit, whatever the release is."""
    image: Digest | None = None
    """Holds the covered deployments at this image, whatever the release is; used on runtime `ecs` only."""

    def settings(self) -> DeploymentSettings:
        """The part that is merged into a deployment's settings."""
        return DeploymentSettings(**{name: getattr(self, name) for name in DeploymentSettings.model_fields})
