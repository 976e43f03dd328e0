"""The images of a promotion: digests that the source pins, and those that registries have for the same content."""

from flowstacks.core import problem
from flowstacks.core.errors import RejectedError
from flowstacks.evaluation import images
from flowstacks.evaluation.evaluation import Verdict
from flowstacks.evaluation.images import Resolved
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import StackFile


def find(verdict: Verdict, source: Config, stack_file: StackFile) -> dict[str, str]:
    """Digest by image name: as pinned, else as the source's registry, else the target's, has it for the content.

    `verdict`: the target's with the promoted pins. An image that `up` may build has no digest to promote yet. Asks
    registries only for what is not pinned. Raises `RejectedError` where no registry has an image, `ServerError` where
    one does not answer.
    """
    digests = {image.name: image.digest for image in verdict.desired.images if image.digest}
    missing = [image for image in verdict.desired.images if image.digest is None]
    if RUNTIMES[source.runtime].has_images:
        digests |= _looked_up(images.resolve(source, missing, stack_file.place))
    unknown = [image for image in missing if image.name not in digests]
    resolved = images.resolve(verdict.config, unknown, stack_file.place)
    errors = problem.errors(resolved.problems)
    if errors:
        raise RejectedError(errors)
    return digests | _looked_up(resolved)


def _looked_up(resolved: Resolved) -> dict[str, str]:
    return {name: image.digest for name, image in resolved.images.items() if image.digest}
