"""What an edited stack file would make of its environment: checked as by `up`, and what moves. Sends nothing."""

import dataclasses
from pathlib import Path

from flowstacks.core import problem
from flowstacks.core.errors import RejectedError
from flowstacks.desired.objects import Desired
from flowstacks.difference import plan
from flowstacks.difference.plan import DeploymentPlan
from flowstacks.evaluation import evaluation, removals
from flowstacks.evaluation.evaluation import Verdict
from flowstacks.pins.pins import Edit


@dataclasses.dataclass(frozen=True, kw_only=True)
class Forecast:
    """`plan` is None where the stack has errors as it is now; then `unknown` is the reason as a text."""

    verdict: Verdict
    plan: DeploymentPlan | None
    unknown: str | None = None


def forecast_edit(project: str, edit: Edit) -> Forecast:
    """Evaluate the stack with the edited config.

    Raises `RejectedError` where `up` would refuse it, or where it would empty a project whose folder is still there.
    """
    root: Path = edit.root
    try:
        before: Desired | None = evaluation.run(root, project, edit.stack).desired
        unknown = None
    except RejectedError as rejected:
        before, unknown = None, f"what moves is not known, the stack has problems now: {rejected.problems[0]}"
    verdict = evaluation.run(root, project, edit.stack, edit.values)
    if before is None:
        return Forecast(verdict=verdict, plan=None, unknown=unknown)
    entrypoints = [str(deployment.props["entrypoint"]) for deployment in before.deployments]
    problems = removals.removal_problems(verdict, entrypoints)
    if problem.errors(problems):
        raise RejectedError(problems)
    return Forecast(verdict=verdict, plan=plan.compare(before, verdict.desired))
