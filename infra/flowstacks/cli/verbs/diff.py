"""`flowstacks diff`: what a promotion from one environment into another would move."""

import argparse
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

from flowstacks.cli import stack
from flowstacks.core import naming, suggestion
from flowstacks.core.errors import FlowstacksError
from flowstacks.difference import plan, plan_document, plan_text, runs, value_change
from flowstacks.difference.plan import DeploymentPlan
from flowstacks.difference.runs import Disturbed
from flowstacks.evaluation import evaluation, servers
from flowstacks.git import git_tree
from flowstacks.pins import pins
from flowstacks.promotion import inheritance
from flowstacks.stack.config import Config
from flowstacks.stack.override import Override
from flowstacks.stack.stack_file import StackFile

CHANGES = 3
"""Exit code with `--exit-code` where something moves."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Difference:
    """What a promotion from one environment into another would move."""

    source: Config
    """As configured, a moving pin resolved to HEAD's commit."""
    target: Config
    """As configured now."""
    plan: DeploymentPlan
    """From what the target has now to what it would have, limited to the patterns."""
    disturbed: Disturbed | None
    """Runs of the target's server that the plan disturbs; None without `--check`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Source, target, patterns, `--check`, `--json`, `--exit-code`."""
    parser.add_argument("source", metavar="SRC", help="the environment whose release it is about")
    parser.add_argument("target", metavar="DST", help="the environment that it would move into")
    parser.add_argument("patterns", metavar="PATTERN", nargs="*", help="only these addresses (default: all)")
    parser.add_argument("--check", action="store_true", help="ask DST's Prefect server which runs are disturbed")
    parser.add_argument("--json", action="store_true", help="print the difference as JSON")
    parser.add_argument("--exit-code", action="store_true", help="exit with 3 where something moves")


def execute(arguments: argparse.Namespace) -> int:
    """Exit code 0, or with `--exit-code` 3 where something moves. Raises `FlowstacksError`."""
    difference = _difference(Path.cwd(), arguments.source, arguments.target, arguments.patterns, check=arguments.check)
    print(json.dumps(_document(difference), indent=2) if arguments.json else "\n".join(_lines(difference)))
    return CHANGES if arguments.exit_code and not difference.plan.is_empty else 0


def _difference(root: Path, src: str, dst: str, patterns: Sequence[str], *, check: bool) -> Difference:
    pins.refuse_variable()
    for name in (src, dst):
        pins.read(root, name)
    project, stack_file = stack.project(root), StackFile(root, dst)
    source = inheritance.with_head(evaluation.configured(root, src), git_tree.head(root))
    before = evaluation.run(root, project, dst)
    after = evaluation.judge(root, project, inheritance.pinned_as(before.config, source), stack_file)
    moves = _chosen(plan.compare(before.desired, after.desired), patterns)
    disturbed = None
    if check:
        with servers.asking(before.config, root) as client:
            disturbed = runs.count(client, moves)
    return Difference(source=source, target=before.config, plan=moves, disturbed=disturbed)


def _chosen(moves: DeploymentPlan, patterns: Sequence[str]) -> DeploymentPlan:
    """A pattern that covers nothing must not read as "nothing moves"."""
    for pattern in patterns:
        selected = moves.only([pattern])
        if not selected.deployments and not selected.unchanged:
            addresses = {*moves.unchanged, *(deployment.address for deployment in moves.deployments)}
            hint = suggestion.closest_address(pattern, addresses)
            raise FlowstacksError(f"No deployment of either environment is at {pattern!r}. {hint}")
    return moves.only(patterns)


def _document(difference: Difference) -> plan_document.Json:
    commits = [config.release.commit if config.release else None for config in (difference.target, difference.source)]
    return {
        **plan_document.document(difference.plan),
        "source": difference.source.environment,
        "target": difference.target.environment,
        "commit": {"before": commits[0], "after": commits[1]},
        "held": {
            pattern: {"commit": override.commit, "image": override.image}
            for pattern, override in sorted(inheritance.held(difference.target).items())
        },
        "disturbed_runs": dataclasses.asdict(difference.disturbed) if difference.disturbed else None,
    }


def _lines(difference: Difference) -> list[str]:
    pair = f"{difference.source.environment} -> {difference.target.environment}"
    held = _holds(difference.target)
    if difference.plan.is_empty:
        return [f"{pair}: {plan_text.summary(difference.plan)}{f', held apart: {held}' if held else ''}"]
    head = f"{pair}: commit {_shown(difference.target)} -> {_shown(difference.source)}"
    return [
        head,
        *plan_text.lines(difference.plan),
        *_disturbed(difference.disturbed),
        *([f"held apart: {held}"] if held else []),
    ]


def _holds(target: Config) -> str:
    held = sorted(inheritance.held(target).items())
    return ", ".join(f"{pattern} ({_pinned_to(override)})" for pattern, override in held)


def _pinned_to(override: Override) -> str:
    commit = [f"commit {naming.short_hash(override.commit)}"] if override.commit else []
    return ", ".join([*commit, *([value_change.brief(override.image)] if override.image else [])])


def _disturbed(runs: Disturbed | None) -> list[str]:
    if runs is None:
        return []
    return [f"on the server now: {runs.again} waiting runs are planned anew, {runs.lost} are lost"]


def _shown(config: Config) -> str:
    return naming.short_hash(config.release.commit) if config.release else "none"
