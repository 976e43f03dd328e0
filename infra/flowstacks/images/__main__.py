"""Build one image inside an `up`: `python -m flowstacks.images`, in the repository's root, for `flowstacks.provider`.

stdout: `{"digest": "sha256:…"}`; stderr: why not, with the remedy.
"""

import argparse
import json
import sys
from pathlib import Path

from flowstacks.core.errors import BuildError, FlowstacksError
from flowstacks.discovery import discovery
from flowstacks.git import git_tree
from flowstacks.images import build, target
from flowstacks.images.build import Wish
from flowstacks.provider.errors import ProviderError
from flowstacks.provider.images import endpoint
from flowstacks.provider.images.repository import RegistryRepository


def main() -> int:
    """Exit code 1 where it was not built."""
    parser = argparse.ArgumentParser(prog="python -m flowstacks.images")
    for name in ("repository", "image", "commit", "tree-key"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("region", "base"):
        parser.add_argument(f"--{name}")
    said = parser.parse_args()
    try:
        print(json.dumps({"digest": _digest(Path.cwd(), said)}))
    except (FlowstacksError, ProviderError) as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


def _digest(root: Path, said: argparse.Namespace) -> str | None:
    found, _ = discovery.discover(root, said.commit)
    wanted = target.of_manifest(found).get(said.image)
    if wanted is None or wanted.project.tree_key != said.tree_key:
        raise BuildError(
            f"commit {said.commit} does not hold {said.image} as it is pinned. Build it at the pin itself: "
            "flowstacks build STACK"
        )
    name = said.repository.partition("/")[2]
    with (
        git_tree.opened(root, said.commit) as tree,
        RegistryRepository(endpoint.of_url(said.repository, said.region), name) as repository,
    ):
        return build.ensure(wanted, tree, Wish(base=said.base), repository).digest


if __name__ == "__main__":
    sys.exit(main())
