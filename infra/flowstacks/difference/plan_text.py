"""A plan as text: by project, what moves under each deployment, then one line of totals. Pure, without colour."""

from collections.abc import Iterator, Sequence

from flowstacks.difference import deployment_change, resource_change
from flowstacks.difference.parts import Part
from flowstacks.difference.plan import MOVES, DeploymentPlan, MovedDeployment
from flowstacks.difference.value_change import ValueChange

SIGNS = {"created": "+", "updated": "~", "renamed": "±", "deleted": "-"}
_NAMES = {"WorkPool": "work pool", "Image": "image", "TaskDefinition": "task definition"}
_OPERATIONS = {"create": "new", "update": "changed", "replace": "new revision", "delete": "removed"}


def lines(plan: DeploymentPlan) -> list[str]:
    """Everything that moves, then the totals; only the totals where nothing does."""
    printed = [_part(part) for part in plan.parts if part.project is None]
    for project in projects(plan):
        moved = [deployment for deployment in plan.deployments if deployment.project == project]
        commit = common_commit(moved)
        printed.append(f"{project}  {commit.text}" if commit else project)
        printed += [f"  {_part(part)}" for part in plan.parts if part.project == project]
        for deployment in moved:
            printed.append(f"  {SIGNS[deployment.move]} {deployment.address}")
            printed += [f"      {line}" for line in _details(deployment, commit)]
    return [*printed, summary(plan), *_runs(plan)]


def projects(plan: DeploymentPlan) -> list[str]:
    """Those that a deployment or a part belongs to, sorted."""
    of_parts = {part.project for part in plan.parts if part.project}
    return sorted({deployment.project for deployment in plan.deployments} | of_parts)


def common_commit(moved: Sequence[MovedDeployment]) -> ValueChange | None:
    """The change of commit that all updated deployments share, to be printed once; None where they differ."""
    changes = {
        change for deployment in moved for change in deployment.changes if change.path == deployment_change.COMMIT
    }
    return changes.pop() if len(changes) == 1 else None


def summary(plan: DeploymentPlan) -> str:
    """`3 deployments of 1 project move: 1 created, 2 updated; 497 stay`."""
    unchanged = f"{len(plan.unchanged)} stay{'s' if len(plan.unchanged) == 1 else ''}"
    if plan.is_empty:
        return f"nothing moves; {unchanged}"
    if not plan.deployments:
        return f"no deployment moves; {unchanged}"
    counts = {move: sum(1 for deployment in plan.deployments if deployment.move == move) for move in MOVES}
    moves = ", ".join(f"{count} {move}" for move, count in counts.items() if count)
    number = len(plan.deployments)
    of_projects = _count(len({deployment.project for deployment in plan.deployments}), "project")
    verb = "moves" if number == 1 else "move"
    return f"{_count(number, 'deployment')} of {of_projects} {verb}: {moves}; {unchanged}"


def _runs(plan: DeploymentPlan) -> Iterator[str]:
    replanned = sum(1 for deployment in plan.deployments if deployment.runs == "planned anew")
    dropped = sum(1 for deployment in plan.deployments if deployment.runs == "dropped")
    texts = [f"planned anew for {_count(replanned, 'deployment')}"] if replanned else []
    texts += [f"dropped for {_count(dropped, 'deployment')}"] if dropped else []
    if texts:
        yield f"scheduled runs: {', '.join(texts)}"


def _details(deployment: MovedDeployment, commit: ValueChange | None) -> Iterator[str]:
    if deployment.move == "renamed":
        names = f"{deployment.was_named} -> {deployment.name}"
        yield f"renamed: {names}; its run history stays with the old name"
        if deployment.runs == "dropped":
            yield "the old name's scheduled runs are dropped"
    if deployment.was_at:
        yield f"was at {deployment.was_at}; the same object, with its run history"
    for change in deployment.changes:
        if change != commit and not resource_change.of_project(change):
            yield change.text


def _part(part: Part) -> str:
    changes = ", ".join(change.text for change in part.changes)
    head = f"{_NAMES[part.kind]} {part.name}: "
    if part.kind == "Image" and part.operation == "update":
        return head + changes
    return f"{head}{_OPERATIONS[part.operation]}{f' ({changes})' if changes else ''}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
