"""A change has the same words in `flowstacks diff` and in a comment made from the engine's preview."""

import json
from typing import Any

import hypothesis
import pytest

from flowstacks.aws import tasks
from flowstacks.desired.objects import Desired
from flowstacks.difference import plan, plan_text
from flowstacks.difference.containers import Containers
from flowstacks.report import comment, manifest_preview, plan_file
from flowstacks.report.comment import Section
from flowstacks.report.preview import Preview
from tests.support import environments, manifests

TYPES = {
    "Deployment": "pulumi-python:dynamic/prefect:Deployment",
    "TaskDefinition": "aws:ecs/taskDefinition:TaskDefinition",
    "WorkPool": "pulumi-python:dynamic/prefect:WorkPool",
}


def _task_definitions(desired: Desired, other: Desired) -> dict[str, dict[str, Any]]:
    """As `flowstacks.aws.tasks` writes them, with names of secrets in place of ARNs."""
    containers = Containers(desired, other)
    return {
        key: {
            "family": key,
            "cpu": str(definition.task.cpu),
            "memory": str(definition.task.memory_mib),
            **({"ephemeralStorage": {"sizeInGib": definition.task.storage_gib}} if definition.task.storage_gib else {}),
            "containerDefinitions": json.dumps([
                tasks.container(
                    image=containers.content(definition.image), secrets_from=definition.task.secrets,
                    log_group="log", region="eu-north-1", stream_prefix=key,
                )
            ]),
        }
        for key, definition in containers.tasks.items()
    }  # fmt: skip


def _inputs(desired: Desired, other: Desired) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        **{("Deployment", name): props for name, props in environments.inputs(desired, other).items()},
        **{("TaskDefinition", key): props for key, props in _task_definitions(desired, other).items()},
        **{("WorkPool", pool.name): dict(pool.props) for pool in desired.work_pools},
    }


def _preview(before: Desired, after: Desired) -> Preview:
    """The engine's JSON for the operations of the plan."""
    old, new = _inputs(before, after), _inputs(after, before)
    steps = [
        {
            "op": operation,
            "urn": f"urn:pulumi:main::flowstacks::flowstacks:index:Environment${TYPES[kind]}::{name}",
            "oldState": {"inputs": old.get((kind, name), {})},
            "newState": {"inputs": new.get((kind, name), {})},
        }
        for (kind, _, name), operation in (
            (title.partition(" "), operation) for title, operation in plan.compare(before, after).operations.items()
        )
        if kind in TYPES
    ]
    return Preview.parse(json.dumps({"steps": steps}))


@hypothesis.given(before=environments.environments(), after=environments.environments())
@hypothesis.settings(deadline=None, max_examples=200)
def test_the_preview_has_the_words_of_the_plan(before: Desired, after: Desired) -> None:
    moves = plan.compare(before, after)
    of_plan = {
        **{f"{part.kind} {part.name}": part.changes for part in moves.parts if part.kind != "Image"},
        **{
            f"Deployment {one.name or one.was_named}": one.changes for one in moves.deployments if one.move != "renamed"
        },
    }
    of_preview = {f"{change.kind} {change.name}": change for change in _preview(before, after).changes}
    for title, changes in of_plan.items():
        assert [change.text for change in of_preview[title].changes] == [change.text for change in changes], title


@hypothesis.given(before=environments.environments(), after=environments.environments())
@hypothesis.settings(deadline=None, max_examples=50)
def test_the_comment_has_every_line_of_the_diff(before: Desired, after: Desired) -> None:
    moves = plan.compare(before, after)
    text = comment.compose([Section(stack="main", preview=plan_file.of_plan(moves))]).text
    commits = {change.text for one in moves.deployments for change in one.changes if change.path == "commit"}
    for line in plan_text.lines(moves):
        if line.startswith("      ") and not line.strip().startswith(("renamed: ", "the old name's", "was at ")):
            assert f"  - `{line.strip()}`" in text
    assert all(f"  - `{commit}`" in text for commit in commits)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, []),
        (
            {"schedules": [{"slug": "nightly", "cron": "0 4 * * *"}]},
            {"schedules": [{"slug": "nightly", "cron": "0 5 * * *"}], "work_queue_name": "fast"},
            ['work queue: "default" -> "fast"', "schedule nightly cron 0 4 * * * -> 0 5 * * *"],
        ),
        ({"parameters": {"days": 1}}, {"parameters": {"days": 2}}, ["parameter days: 1 -> 2"]),
        ({"env": {"A": "1"}}, {}, ['env.A removed, was "1"']),
    ],
)
def test_declarations_are_compared_in_the_same_words(
    before: dict[str, Any], after: dict[str, Any], expected: list[str]
) -> None:
    old, new = (
        manifests.manifest(manifests.flow("load", manifests.deployment("etl/load/daily", **settings)))
        for settings in (before, after)
    )
    changes = manifest_preview.difference(old, new).changes
    assert [change.text for resource in changes for change in resource.changes] == expected
    assert not any(resource.has_runs for resource in changes)
