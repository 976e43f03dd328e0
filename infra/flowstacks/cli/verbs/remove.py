"""`flowstacks remove --orphans`: delete what a killed `up` left behind."""

import argparse
from pathlib import Path

from flowstacks.cli import orphans, stack
from flowstacks.evaluation import evaluation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Stack, `--orphans`, `--dry-run`."""
    stack.add_argument(parser)
    parser.add_argument("--orphans", action="store_true", required=True, help="objects of this stack not in its state")
    parser.add_argument("--dry-run", action="store_true", help="only list them")


def execute(arguments: argparse.Namespace) -> int:
    """List the orphans, then delete them."""
    root = Path.cwd()
    settings = evaluation.configured(root, arguments.stack)
    owner = evaluation.owner(settings, stack.project(root))
    objects = orphans.find(settings, owner, root)
    for orphan in objects:
        print(f"{'would remove' if arguments.dry_run else 'removing'} {orphan.kind} {orphan.name} ({orphan.id})")
    if not arguments.dry_run:
        orphans.remove(settings, owner, root, objects)
    print(f"{arguments.stack}: {len(objects)} orphans")
    return 0
