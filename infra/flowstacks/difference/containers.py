"""Images and task definitions of an environment, as far as they are known before anything is provisioned. Pure."""

from flowstacks.core import naming
from flowstacks.desired.objects import Desired, DesiredDeployment, DesiredTaskDefinition
from flowstacks.difference import inputs
from flowstacks.difference.inputs import Json

IMAGE, TASK_DEFINITION = "image", "task_definition_arn"
"""Job variables that a deployment has from its container (`flowstacks.aws.platform`)."""


class Containers:
    """Stand-ins for digests and revisions: two of them differ exactly if the real values will."""

    def __init__(self, desired: Desired, other: Desired) -> None:
        """`other`: the desired state that `desired` is compared with.

        Where one of the two leaves an image's digest open and the content is the same, so is the image: the digest is
        looked up by that content.
        """
        digests = {(image.name, image.project.tree_key): image.digest for image in other.images}
        self._digests = {
            image.name: image.digest or digests.get((image.name, image.project.tree_key)) for image in desired.images
        }
        self.images = {image.name: image for image in desired.images}
        self.tasks = {definition.task.key: definition for definition in desired.task_definitions}

    def content(self, image: str) -> str:
        """The digest; where the image is looked up by the project's content, that content's tag, shortened."""
        return self._digests[image] or f"tree-{naming.short_hash(self.images[image].project.tree_key)}"

    def revision(self, definition: DesiredTaskDefinition) -> dict[str, Json]:
        """All that makes a new revision, in the words of `task_definition_change`."""
        return {
            "cpu": definition.task.cpu,
            "memory": definition.task.memory_mib,
            "ephemeral storage": definition.task.storage_gib,
            "image": self.content(definition.image),
            "secrets": dict(definition.task.secrets),
        }

    def job_variables(self, deployment: DesiredDeployment) -> dict[str, Json]:
        """The deployment's, with stand-ins for the container's."""
        variables = inputs.mapping(deployment.props["job_variables"])
        if deployment.task_definition is None:
            return variables
        definition = self.tasks[deployment.task_definition]
        revision: Json = {"family": definition.task.key, **self.revision(definition)}
        return {**variables, IMAGE: self.content(definition.image), TASK_DEFINITION: revision}
