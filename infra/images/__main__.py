"""Build one image inside an `up`: `python -m infra.images`, in the repository's root, for `infra.provider`.

stdout: `{"digest": "sha256:…"}`; stderr: why not, with the remedy.
"""

import argparse
import json
import sys
from pathlib import Path

from infra.discovery import discover, source
from infra.errors import BuildError, FlowstacksError
from infra.images import build, target
from infra.images.build import Wish
from infra.provider.errors import ProviderError
from infra.provider.images import endpoint
from infra.provider.images.repository import Repository


def main() -> int:
    """Exit code 1 where it was not built."""
    parser = argparse.ArgumentParser(prog="python -m infra.images")
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
    found, _ = discover.discover(root, said.commit)
    wanted = target.of_manifest(found).get(said.image)
    if wanted is None or wanted.project.tree_key != said.tree_key:
        raise BuildError(
            f"commit {said.commit} does not hold {said.image} as it is pinned. Build it at the pin itself: "
            "flowstacks build STACK"
        )
    name = said.repository.partition("/")[2]
    with (
        source.opened(root, said.commit) as tree,
        Repository(endpoint.of_url(said.repository, said.region), name) as repository,
    ):
        return build.ensure(wanted, tree, Wish(base=said.base), repository).digest


if __name__ == "__main__":
    sys.exit(main())
