"""Images and task definitions of an environment, as far as they are known before anything is provisioned. Pure."""

from flowstacks.desired.objects import Desired, DesiredDeployment, DesiredTaskDefinition
from flowstacks.difference.change import Json

_DIGITS = 12
IMAGE, TASK_DEFINITION = "image", "task_definition_arn"
"""Job variables that a deployment has from its container (`flowstacks.environment`)."""


class Containers:
    """What stands for digests and revisions."""

    def __init__(self, desired: Desired, beside: Desired) -> None:
        """`beside`: what it is compared with.

        Where one of the two leaves an image's digest open and the content is the same, so is the image: the digest is
        looked up by that content.
        """
        others = {(one.name, one.project.tree_key): one.digest for one in beside.images}
        self._digests = {one.name: one.digest or others.get((one.name, one.project.tree_key)) for one in desired.images}
        self.images = {one.name: one for one in desired.images}
        self.tasks = {one.task.key: one for one in desired.task_definitions}

    def content(self, image: str) -> str:
        """The digest; where the image is looked up by the project's content, that content's tag, shortened."""
        return self._digests[image] or f"tree-{self.images[image].project.tree_key[:_DIGITS]}"

    def said(self, one: DesiredTaskDefinition) -> dict[str, Json]:
        """All that makes a new revision, but the secrets."""
        return {
            "cpu": one.task.cpu,
            "memory": one.task.memory_mib,
            "ephemeral storage": one.task.storage_gib,
            "image": self.content(one.image),
        }

    def job_variables(self, one: DesiredDeployment) -> dict[str, Json]:
        """The deployment's, with stand-ins for the container's: they differ exactly if the real ones will."""
        said = one.props["job_variables"]
        own = dict(said) if isinstance(said, dict) else {}
        if one.task_definition is None:
            return own
        task = self.tasks[one.task_definition]
        revision: Json = {"family": task.task.key, **self.said(task), "secrets": dict(task.task.secrets)}
        return {**own, IMAGE: self.content(task.image), TASK_DEFINITION: revision}
