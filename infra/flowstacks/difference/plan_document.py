"""A plan as JSON; its fields are fixed (docs: `flowstacks diff`). Pure."""

import dataclasses

import pydantic

from flowstacks.difference import plan_text
from flowstacks.difference.change import ValueChange
from flowstacks.difference.parts import Part
from flowstacks.difference.plan import MOVES, DeploymentPlan, MovedDeployment

Json = dict[str, pydantic.JsonValue]

SCHEMA_VERSION = 1


def document(plan: DeploymentPlan) -> Json:
    """`summary` is the line that people read; `operations` by `<kind> <resource name>`, as the engine has them."""
    counts: Json = {move: sum(1 for one in plan.deployments if one.move == move) for move in MOVES}
    return {
        "schema_version": SCHEMA_VERSION,
        "summary": plan_text.summary(plan),
        "counts": {**counts, "unchanged": len(plan.unchanged)},
        "deployments": [_moved(one) for one in plan.deployments],
        "parts": [_part(part) for part in plan.parts],
        "operations": dict(plan.operations),
    }


def _moved(one: MovedDeployment) -> Json:
    return {
        "address": one.address,
        "was_at": one.was_at,
        "project": one.project,
        "move": one.move,
        "name": one.name,
        "was_named": one.was_named,
        "fields": list(one.fields),
        "changes": [_change(change) for change in one.changes],
        "runs": one.runs,
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
    return dataclasses.asdict(change)
