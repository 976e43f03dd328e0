"""The images of a promotion: digests that the source pins, and those that are found by their content."""

from flowstacks.core import problem
from flowstacks.core.errors import RejectedError
from flowstacks.evaluation import images
from flowstacks.evaluation.evaluation import Verdict
from flowstacks.evaluation.images import Resolved
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import StackFile


def find(then: Verdict, source: Config, stack_file: StackFile) -> dict[str, str]:
    """By image name, of every image that is pinned, and of those that the source, else the target, has for the content.

    What `up` may build has no digest to promote yet. Asks registries only for what is not pinned. Raises
    `RejectedError` where an image is nowhere, `ServerError` where a registry does not answer.
    """
    found = {image.name: image.digest for image in then.desired.images if image.digest}
    missing = [image for image in then.desired.images if image.digest is None]
    if RUNTIMES[source.runtime].has_images:
        found |= _looked_up(images.resolve(source, missing, stack_file.place))
    rest = [image for image in missing if image.name not in found]
    here = images.resolve(then.config, rest, stack_file.place)
    errors = problem.errors(here.problems)
    if errors:
        raise RejectedError(errors)
    return found | _looked_up(here)


def _looked_up(resolved: Resolved) -> dict[str, str]:
    return {name: one.digest for name, one in resolved.images.items() if one.digest}
