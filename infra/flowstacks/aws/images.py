"""References of the environment's images, by digest."""

import os
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from flowstacks.aws import provider
from flowstacks.desired.image_source import ImageSources
from flowstacks.desired.objects import DesiredImage
from flowstacks.provider import resources
from flowstacks.provider.images import tags


def declare_images(
    images: Sequence[DesiredImage],
    sources: ImageSources,
    repository: aws.ecr.Repository,
    region: str,
    parent: pulumi.Resource,
) -> dict[str, pulumi.Output[str]]:
    """A `flowstacks:Image` for each image; the references by image name."""
    if not provider.has_registry(os.environ):
        # Only an emulator on loopback has no registry, and there the checks accept pinned digests only.
        return {
            image.name: pulumi.Output.concat(repository.repository_url, "@", sources[image.name].digest or "")
            for image in images
        }
    opts = pulumi.ResourceOptions(parent=parent)
    return {
        image.name: resources.Image(
            image.name,
            {
                "repository_url": repository.repository_url,
                "region": region,
                "image": image.key,
                "digest": sources[image.name].digest,
                "source": sources[image.name].source,
                "commit": image.project.commit,
                "tree_key": image.project.tree_key,
                "tag": tags.pin(image.name),
            },
            opts,
        ).uri
        for image in images
    }
