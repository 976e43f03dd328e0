"""Build one image inside an `up`: `python -m flowstacks.images`, in the repository's root, for `flowstacks.provider`.

stdout: `{"digest": "sha256:…"}`; stderr: the reason of a failure, with the remedy.
"""

import argparse
import json
import sys
from pathlib import Path

from flowstacks.core.errors import BuildError, FlowstacksError
from flowstacks.discovery import discovery
from flowstacks.git import git_tree
from flowstacks.images import build, target
from flowstacks.images.build import BuildOptions
from flowstacks.provider.errors import ProviderError
from flowstacks.provider.images import endpoint
from flowstacks.provider.images.repository import RegistryRepository


def main() -> int:
    """Exit code 1 where the image was not built."""
    parser = argparse.ArgumentParser(prog="python -m flowstacks.images")
    for name in ("repository", "image", "commit", "tree-key"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("region", "base"):
        parser.add_argument(f"--{name}")
    arguments = parser.parse_args()
    try:
        print(json.dumps({"digest": _digest(Path.cwd(), arguments)}))
    except (FlowstacksError, ProviderError) as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


def _digest(root: Path, arguments: argparse.Namespace) -> str | None:
    manifest, _ = discovery.discover(root, arguments.commit)
    requested = target.of_manifest(manifest).get(arguments.image)
    if requested is None or requested.project.tree_key != arguments.tree_key:
        raise BuildError(
            f"commit {arguments.commit} does not hold {arguments.image} as it is pinned. Build it at the pin itself: "
            "flowstacks build STACK"
        )
    name = arguments.repository.partition("/")[2]
    with (
        git_tree.opened(root, arguments.commit) as tree,
        RegistryRepository(endpoint.of_url(arguments.repository, arguments.region), name) as repository,
    ):
        return build.ensure(requested, tree, BuildOptions(base=arguments.base), repository).digest


if __name__ == "__main__":
    sys.exit(main())
