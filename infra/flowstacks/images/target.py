"""An image that can be built at a commit, and its tags."""

import dataclasses

from flowstacks.discovery.manifest import DeclaredImage, Manifest, Project
from flowstacks.provider.images import tags


@dataclasses.dataclass(frozen=True)
class Target:
    """One image of a project, as of the project's effective commit."""

    project: Project
    image: DeclaredImage

    @property
    def key(self) -> str:
        """`project`, or `project/name`."""
        return tags.key(self.project.name, self.image.name)

    @property
    def tree_tag(self) -> str:
        """The tag of the content: where the repository has it, nothing is built."""
        return tags.tree(self.key, self.project.tree_key)

    @property
    def readable_tag(self) -> str:
        """For people: project, version, commit."""
        return tags.readable(self.key, self.project.version, self.project.commit)


def of_manifest(manifest: Manifest) -> dict[str, Target]:
    """Every image of every project, by its key."""
    targets = [Target(project, image) for project in manifest.projects for image in project.images]
    return {target.key: target for target in targets}
