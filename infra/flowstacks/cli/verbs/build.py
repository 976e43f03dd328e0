"""`flowstacks build`: the images of a commit, brought into an environment's repository."""

import argparse
import concurrent.futures
import dataclasses
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from flowstacks.cli import image_stack
from flowstacks.cli.image_stack import ImageStack
from flowstacks.cli.text import release_block
from flowstacks.core import naming, suggestion
from flowstacks.core.errors import BuildError, FlowstacksError
from flowstacks.discovery.projects import project_changes
from flowstacks.git import git_tree
from flowstacks.images import build, location
from flowstacks.images.build import BuildOptions, BuildOutcome
from flowstacks.images.target import Target
from flowstacks.local import progress
from flowstacks.provider.errors import ProviderError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Made:
    """The builds of one command; `failures` are texts with their remedies."""

    outcomes: Sequence[BuildOutcome]
    failures: Sequence[str]


_AT_ONCE = 2  # installing packages keeps one core busy each
_USAGE = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Stack, image keys, `--commit`, `--changed-since`, `--no-push`, `--empty-base`, `--rebuild`, `--json`."""
    parser.add_argument("stack", metavar="STACK", help="the environment that is to run the images")
    parser.add_argument("images", metavar="IMAGE", nargs="*", help="project or project/name (default: all)")
    parser.add_argument("--commit", metavar="REV", help="what to build (default: the stack's release, else HEAD)")
    parser.add_argument("--changed-since", metavar="REF", help="only images of projects that changed since REF")
    parser.add_argument("--no-push", action="store_true", help="only see that they can be built")
    parser.add_argument(
        "--empty-base", action="store_true", help="the code alone, not runnable; on the embedded default only"
    )
    parser.add_argument("--rebuild", action="store_true", help="build what is there already, for a newer base")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Exit code 1 where an image could not be built, 2 for an unknown image key."""
    root = Path.cwd()
    if arguments.empty_base and not location.is_embedded():
        raise FlowstacksError(
            "--empty-base makes images that can't run, for the embedded default's registry only. Run `make up "
            f"STACK={arguments.stack}` with docker-registry installed, or set flowstacks:images.base"
        )
    stack = image_stack.read(root, arguments.stack, arguments.commit)
    unknown = [key for key in arguments.images if key not in stack.targets]
    if unknown:
        hint = suggestion.closest(unknown[0], stack.targets)
        print(f"{naming.short_hash(stack.commit)} has no image {unknown[0]!r}. {hint}", file=sys.stderr)
        return _USAGE
    if stack.unsaved:
        print("uncommitted changes are not in the images: they are built from commits", file=sys.stderr)
    chosen = [stack.targets[key] for key in arguments.images or stack.targets]
    if arguments.changed_since:
        chosen = _changed(root, chosen, arguments.changed_since, stack.commit)
    options = BuildOptions(base=stack.config.images.base, on_nothing=arguments.empty_base, rebuild=arguments.rebuild)
    with git_tree.opened(root, stack.commit) as tree:
        if arguments.no_push:
            made = _all(chosen, lambda target: build.attempt(target, tree, options))
            return _print(arguments, stack, made, None)
        try:
            with location.repository(stack.config) as repository:
                made = _all(chosen, lambda target: build.ensure(target, tree, options, repository))
                others = [target for target in stack.targets.values() if target not in chosen]
                digests = {
                    **build.digests(others, repository),
                    **{outcome.key: outcome.digest for outcome in made.outcomes},
                }
        except ProviderError as refused:
            raise FlowstacksError(str(refused)) from refused
    return _print(arguments, stack, made, {key: digests.get(key) for key in stack.targets})


def _changed(root: Path, targets: Sequence[Target], ref: str, commit: str) -> list[Target]:
    projects, _ = project_changes.between(root, project_changes.merge_base(root, ref, commit), commit)
    names = {project.name for project in projects if project.has_moved}
    changed = [target for target in targets if target.project.name in names]
    print(f"{len(changed)} of {len(targets)} images changed since {ref}", file=sys.stderr)
    return changed


def _all(chosen: Sequence[Target], make: Callable[[Target], BuildOutcome]) -> Made:
    """A few at a time; an image that fails stops no other."""

    def attempt(target: Target) -> BuildOutcome | BuildError:
        try:
            with progress.shown(f"image {target.key} builds"):
                return make(target)
        except BuildError as failed:
            return failed

    with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
        results = list(pool.map(attempt, chosen))
    return Made(
        outcomes=[result for result in results if isinstance(result, BuildOutcome)],
        failures=[str(result) for result in results if isinstance(result, BuildError)],
    )


def _print(
    arguments: argparse.Namespace, stack: ImageStack, made: Made, digests: Mapping[str, str | None] | None
) -> int:
    """`digests`: of every image of the commit, None where nothing was pushed."""
    if arguments.json:
        images = [
            {"image": outcome.key, "how": outcome.how, "digest": outcome.digest, "tag": outcome.tag}
            for outcome in made.outcomes
        ]
        document = {"stack": arguments.stack, "commit": stack.commit, "images": images, "failures": made.failures}
        print(json.dumps(document, indent=2))
    else:
        for outcome in made.outcomes:
            print(f"{outcome.how:<5}  {outcome.key}  {outcome.digest or '(not pushed)'}  {outcome.tag}")
        if digests and any(digests.values()):
            print(f"\nFor {naming.stack_file(arguments.stack)}, under config:")
            print(release_block.text(stack.commit, stack.config.release, digests), end="")
    for failure in made.failures:
        print(failure, file=sys.stderr)
    return 1 if made.failures else 0
