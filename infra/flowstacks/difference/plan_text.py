"""A plan to read: by project, what moves under each deployment, one line of sum. Pure, without colour."""

from collections.abc import Iterator, Sequence

from flowstacks.difference import details
from flowstacks.difference.change import ValueChange
from flowstacks.difference.parts import Part
from flowstacks.difference.plan import MOVES, DeploymentPlan, MovedDeployment

SIGNS = {"created": "+", "updated": "~", "renamed": "±", "deleted": "-"}
_NAMES = {"WorkPool": "work pool", "Image": "image", "TaskDefinition": "task definition"}
_OPERATIONS = {"create": "new", "update": "changed", "replace": "new revision", "delete": "removed"}


def lines(plan: DeploymentPlan) -> list[str]:
    """Everything that moves, then the sum; only the sum where nothing does."""
    found = [_part(part) for part in plan.parts if part.project is None]
    for project in projects(plan):
        moved = [one for one in plan.deployments if one.project == project]
        commit = common_commit(moved)
        found.append(f"{project}  {commit.text}" if commit else project)
        found += [f"  {_part(part)}" for part in plan.parts if part.project == project]
        for one in moved:
            found.append(f"  {SIGNS[one.move]} {one.address}")
            found += [f"      {line}" for line in _details(one, commit)]
    return [*found, summary(plan), *_runs(plan)]


def projects(plan: DeploymentPlan) -> list[str]:
    """Those that something is about, sorted."""
    of_parts = {part.project for part in plan.parts if part.project}
    return sorted({one.project for one in plan.deployments} | of_parts)


def common_commit(moved: Sequence[MovedDeployment]) -> ValueChange | None:
    """The change of commit that all updated deployments share, to be said once; None where they differ."""
    found = {change for one in moved for change in one.changes if change.field == details.COMMIT}
    return found.pop() if len(found) == 1 else None


def summary(plan: DeploymentPlan) -> str:
    """`3 deployments of 1 project move: 1 created, 2 updated; 497 stay`."""
    stay = f"{len(plan.unchanged)} stay{'s' if len(plan.unchanged) == 1 else ''}"
    if plan.is_empty:
        return f"nothing moves; {stay}"
    if not plan.deployments:
        return f"no deployment moves; {stay}"
    counts = {move: sum(1 for one in plan.deployments if one.move == move) for move in MOVES}
    told = ", ".join(f"{count} {move}" for move, count in counts.items() if count)
    number, where = len(plan.deployments), len({one.project for one in plan.deployments})
    verb = "moves" if number == 1 else "move"
    return f"{_count(number, 'deployment')} of {_count(where, 'project')} {verb}: {told}; {stay}"


def _runs(plan: DeploymentPlan) -> Iterator[str]:
    again = sum(1 for one in plan.deployments if one.runs == "planned anew")
    dropped = sum(1 for one in plan.deployments if one.runs == "dropped")
    told = [f"planned anew for {_count(again, 'deployment')}"] if again else []
    told += [f"dropped for {_count(dropped, 'deployment')}"] if dropped else []
    if told:
        yield f"scheduled runs: {', '.join(told)}"


def _details(one: MovedDeployment, commit: ValueChange | None) -> Iterator[str]:
    if one.move == "renamed":
        yield f"renamed: {one.was_named} -> {one.name}; its run history stays with the old name"
        if one.runs == "dropped":
            yield "the old name's scheduled runs are dropped"
    if one.was_at:
        yield f"was at {one.was_at}; the same object, with its run history"
    yield from (change.text for change in one.changes if change != commit and not _is_said_of_project(change))


def _is_said_of_project(change: ValueChange) -> bool:
    """A new image, or a new revision of the same task definition, stands above the deployments."""
    same_family = change.field == details.TASK_DEFINITION and change.before == change.after
    return change.field == details.IMAGE or same_family


def _part(part: Part) -> str:
    told = ", ".join(change.text for change in part.changes)
    head = f"{_NAMES[part.kind]} {part.name}: "
    if part.kind == "Image" and part.operation == "update":
        return head + told
    return f"{head}{_OPERATIONS[part.operation]}{f' ({told})' if told else ''}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
