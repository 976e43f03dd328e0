"""What moves, by data; and what holds whatever moves."""

import json
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from flowstacks.desired.objects import Desired
from flowstacks.difference import plan, plan_document, plan_text
from flowstacks.difference.containers import Containers
from flowstacks.difference.plan import DeploymentPlan
from flowstacks.provider import canonical
from tests.support import environments, plans

CASES = Path(__file__).parents[2] / "cases" / "promotion" / "plan"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda path: path.stem)
def test_what_moves(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    before = plans.patched(plans.BASE, case["before"])
    found = plan.compare(plans.environment(before), plans.environment(plans.patched(before, case["after"])))
    assert plan_text.lines(found) == case["lines"]
    assert found.operations == case["operations"]
    assert found.is_empty == (case["operations"] == {})


def _between(before: dict[str, Any], after: dict[str, Any]) -> DeploymentPlan:
    return plan.compare(plans.environment(before), plans.environment(after))


def _two_projects(commit: str) -> dict[str, Any]:
    return {
        "config": {},
        "projects": {name: {"commit": commit} for name in ("etl", "web")},
        "flows": {
            "load": {"project_name": "etl", "deployments": {"etl/load/a": {}, "etl/load/b": {}}},
            "page": {"project_name": "web", "deployments": {"web/page/a": {}}},
        },
    }


def test_only_what_a_pattern_covers() -> None:
    found = _between(_two_projects("a" * 40), _two_projects("b" * 40)).only(["etl/load/b", "web"])
    assert [one.address for one in found.deployments] == ["etl/load/b", "web/page/a"]
    assert plan_text.summary(found) == "2 deployments of 2 projects move: 2 updated; 0 stay"


def test_the_document_is_json_and_says_what_the_text_says() -> None:
    found = _between(_two_projects("a" * 40), _two_projects("b" * 40))
    document = json.loads(json.dumps(plan_document.document(found)))
    assert document["counts"] == {"created": 0, "updated": 3, "renamed": 0, "deleted": 0, "unchanged": 0}
    assert document["summary"] == plan_text.summary(found)
    (first, *_) = document["deployments"]
    assert (first["address"], first["move"], first["was_named"], first["runs"]) == (
        "etl/load/a", "updated", "load/a--main", "untouched",
    )  # fmt: skip
    assert first["changes"] == [
        {"field": "commit", "text": f"commit {'a' * 12} -> {'b' * 12}", "before": "a" * 40, "after": "b" * 40}
    ]


def _same(one: object, other: object) -> bool:
    """As JSON: for Python, 1 is True."""
    return canonical.dumps(one) == canonical.dumps(other)  # type: ignore[arg-type]


@hypothesis.given(before=environments.environments(), after=environments.environments())
@hypothesis.settings(deadline=None, max_examples=300)
def test_every_deployment_is_in_one_class_and_applying_the_plan_gives_what_is_wanted(
    before: Desired, after: Desired
) -> None:
    found = plan.compare(before, after)
    ours, theirs = environments.inputs(before, after), environments.inputs(after, before)
    operations = {
        name.removeprefix("Deployment "): operation
        for name, operation in found.operations.items()
        if name.startswith("Deployment ")
    }
    by_address = {one.address: one.resource_name for one in after.deployments}
    stays = {by_address[address] for address in found.unchanged}
    assert not stays & operations.keys()
    assert stays | operations.keys() == ours.keys() | theirs.keys()
    assert sorted(
        [*found.unchanged, *(one.address for one in found.deployments if one.name)],
    ) == sorted(by_address)

    applied = {name: props for name, props in ours.items() if operations.get(name) != "delete"}
    for name in [name for name, operation in operations.items() if operation == "create"]:
        assert name not in applied
        applied[name] = theirs[name]
    for one in found.deployments:
        if one.move == "updated":
            assert one.fields
            assert one.changes
            changed = {field: theirs[str(one.name)][field] for field in one.fields}
            applied[str(one.name)] = {**applied[str(one.name)], **changed}
    assert _same(applied, theirs)

    assert found.is_empty == (_same(ours, theirs) and _needs(before, after) == _needs(after, before))


def _needs(desired: Desired, beside: Desired) -> Any:
    containers = Containers(desired, beside)
    images = {name: (containers.content(name), one.project.tree_key) for name, one in containers.images.items()}
    tasks = {key: containers.revision(one) for key, one in containers.tasks.items()}
    return desired.work_pools, images, tasks


@hypothesis.given(before=environments.environments(), after=environments.environments())
@hypothesis.settings(deadline=None, max_examples=100)
def test_the_way_back_is_the_inverse(before: Desired, after: Desired) -> None:
    inverse = {"create": "delete", "delete": "create", "update": "update", "replace": "replace"}
    there, back = plan.compare(before, after), plan.compare(after, before)
    assert {name: inverse[operation] for name, operation in there.operations.items()} == back.operations
    assert plan.compare(after, after).is_empty
