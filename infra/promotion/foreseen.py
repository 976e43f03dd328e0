"""What an edited stack file would make of its environment: checked as `up` does, and what moves. Sends nothing."""

import dataclasses
from pathlib import Path

from infra import problem
from infra.desired import Desired
from infra.errors import RejectedError
from infra.preflight import emptied, preflight
from infra.preflight.preflight import Verdict
from infra.promotion import plan
from infra.promotion.pins import Edit
from infra.promotion.plan import Plan


@dataclasses.dataclass(frozen=True, kw_only=True)
class Foreseen:
    """`plan` is None where the stack can't be read as it is now; then `unknown` says why."""

    verdict: Verdict
    plan: Plan | None
    unknown: str | None = None


def foresee(project: str, edit: Edit) -> Foreseen:
    """Judge the stack with the edited config.

    Raises `RejectedError` where `up` would refuse it, or where it would empty a project whose folder is still there.
    """
    root: Path = edit.root
    try:
        before: Desired | None = preflight.run(root, project, edit.stack).desired
        unknown = None
    except RejectedError as broken:
        before, unknown = None, f"what moves is not known, the stack has problems now: {broken.problems[0]}"
    verdict = preflight.run(root, project, edit.stack, edit.values)
    if before is None:
        return Foreseen(verdict=verdict, plan=None, unknown=unknown)
    now = [str(one.props["entrypoint"]) for one in before.deployments]
    found = list(emptied.check(verdict.config, verdict.desired, verdict.manifests, now, verdict.pinned))
    if problem.errors(found):
        raise RejectedError(found)
    return Foreseen(verdict=verdict, plan=plan.plan(before, verdict.desired))
