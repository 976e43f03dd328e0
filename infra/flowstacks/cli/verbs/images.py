"""`flowstacks images`: what a stack's commit needs, and what its repository has."""

import argparse
import dataclasses
import json
from pathlib import Path

from flowstacks.cli import image_stack
from flowstacks.cli.image_stack import ImageStack
from flowstacks.core import naming
from flowstacks.core.errors import FlowstacksError
from flowstacks.images import location
from flowstacks.provider.errors import ProviderError
from flowstacks.provider.images.repository import RegistryRepository


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """An image in the list."""

    image: str
    """Its key, `project` or `project/name`."""
    tree_key: str
    """Key of its project's files."""
    digest: str | None
    """The pinned one, else the one built from these files; None where the repository lacks it."""
    pinned: str | None
    """The digest that the release pins; None where it pins none."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Stack, `--commit`, `--json`."""
    parser.add_argument("stack", metavar="STACK", help="the environment")
    parser.add_argument("--commit", metavar="REV", help="default: the stack's release, else HEAD")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Exit code 1 where the stack, or its registry, can't be asked; a missing image is no error here."""
    stack = image_stack.read(Path.cwd(), arguments.stack, arguments.commit)
    try:
        with location.repository(stack.config) as repository:
            rows = _rows(stack, repository)
    except ProviderError as refused:
        raise FlowstacksError(str(refused)) from refused
    if arguments.json:
        images = [dataclasses.asdict(row) for row in rows]
        print(json.dumps({"stack": arguments.stack, "commit": stack.commit, "images": images}, indent=2))
    else:
        print("\n".join([f"commit {stack.commit}", *map(_line, rows)]))
    return 0


def _rows(stack: ImageStack, repository: RegistryRepository) -> list[Row]:
    release = stack.config.release
    # A pin is for the release's own commit; images of another commit are looked up by their content.
    pins = release.images if release and release.commit == stack.commit else {}
    references = {key: pins.get(key) or target.tree_tag for key, target in sorted(stack.targets.items())}
    digests = repository.digests(references.values())
    return [
        Row(image=key, tree_key=stack.targets[key].project.tree_key, digest=digests[reference], pinned=pins.get(key))
        for key, reference in references.items()
    ]


def _line(row: Row) -> str:
    pinned = "pinned by the release" if row.pinned else "not pinned"
    return f"{row.image}  {naming.short_hash(row.tree_key)}  {row.digest or 'missing'}  {pinned}"
