"""Building inside an `up`: by the project's own builder, in a process of its own.

The provider imports nothing of flowstacks outside itself, and is silent; the builder is neither.
"""

import json
import subprocess
import sys

from flowstacks.provider.errors import ProviderError
from flowstacks.provider.images.image import ImageInputs

_LAST_LINES = 15


def build(inputs: ImageInputs, base: str | None) -> str:
    """Build the image from its commit in the repository at the working directory, and push it: its digest.

    `base`: `flowstacks:images.base`. Raises ProviderError with what the builder said last.
    """
    command = [
        sys.executable, "-m", "flowstacks.images", "--repository", inputs.repository_url, "--image", inputs.image,
        "--commit", inputs.commit, "--tree-key", inputs.tree_key,
    ]  # fmt: skip
    command += ["--region", inputs.region] if inputs.region else []
    command += ["--base", base] if base else []
    done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        output = "\n".join(done.stderr.strip().splitlines()[-_LAST_LINES:])
        raise ProviderError(f"{inputs.image} was not built: {output}")
    return str(json.loads(done.stdout)["digest"])
