"""A plan as JSON; its fields are fixed (docs: `flowstacks diff`). Pure."""

import pydantic

from flowstacks.difference import plan_text
from flowstacks.difference.parts import Part
from flowstacks.difference.plan import MOVES, DeploymentPlan, MovedDeployment
from flowstacks.difference.value_change import ValueChange

Json = dict[str, pydantic.JsonValue]

SCHEMA_VERSION = 1


def document(plan: DeploymentPlan) -> Json:
    """`summary` is the line that people read; `operations` by `<kind> <resource name>`, as the engine has them."""
    counts: Json = {move: sum(1 for deployment in plan.deployments if deployment.move == move) for move in MOVES}
    return {
        "schema_version": SCHEMA_VERSION,
        "summary": plan_text.summary(plan),
        "counts": {**counts, "unchanged": len(plan.unchanged)},
        "deployments": [_deployment(deployment) for deployment in plan.deployments],
        "parts": [_part(part) for part in plan.parts],
        "operations": dict(plan.operations),
    }


def _deployment(deployment: MovedDeployment) -> Json:
    return {
        "address": deployment.address,
        "was_at": deployment.was_at,
        "project": deployment.project,
        "move": deployment.move,
        "name": deployment.name,
        "was_named": deployment.was_named,
        "fields": list(deployment.fields),
        "changes": [_change(change) for change in deployment.changes],
        "runs": deployment.runs,
    }


def _part(part: Part) -> Json:
    return {
        "kind": part.kind,
        "name": part.name,
        "project": part.project,
        "operation": part.operation,
        "changes": [_change(change) for change in part.changes],
    }


def _change(change: ValueChange) -> Json:
    return {"field": change.path, "text": change.text, "before": change.before, "after": change.after}
