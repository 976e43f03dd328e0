import json
from pathlib import Path
from typing import Any, cast

import pulumi
import pydantic
import pytest
from prefect.client.schemas import actions, objects, responses

from flowstacks.provider.fields import rules
from flowstacks.provider.registry import KINDS

CASES = Path(__file__).parents[2] / "cases" / "provider"
BASE = json.loads((CASES / "base.json").read_text())

PREFECT: dict[str, tuple[type[pydantic.BaseModel], ...]] = {
    "WorkPool": (actions.WorkPoolCreate, actions.WorkPoolUpdate, objects.WorkPool),
    "Deployment": (actions.DeploymentCreate, actions.DeploymentUpdate, responses.DeploymentResponse),
}


def revived(value: Any) -> Any:
    """`{"$unknown": true}` stands for what the engine does not know yet."""
    if value == {"$unknown": True}:
        return pulumi.output.Unknown()
    return (
        {key: revived(item) for key, item in cast("dict[str, Any]", value).items()}
        if isinstance(value, dict)
        else value
    )


@pytest.mark.parametrize("path", sorted((CASES / "diff").glob("*.json")), ids=lambda path: path.stem)
def test_diff(path: Path) -> None:
    case = json.loads(path.read_text())
    kind, base = KINDS[case["kind"]], BASE[case["kind"]]
    found = rules.diff(kind.rules, kind.names, {**base, **case["olds"]}, revived({**base, **case["news"]}))
    assert found == rules.FieldChange(tuple(case["changed"]), tuple(case["replaces"]))


@pytest.mark.parametrize("path", sorted((CASES / "diff").glob("*.json")), ids=lambda path: path.stem)
def test_a_refresh_shows_what_a_diff_would_change(path: Path) -> None:
    """What is echoed as wanted is what makes no diff: the next preview is empty exactly if nothing has drifted."""
    case = json.loads(path.read_text())
    if "$unknown" in path.read_text():
        return
    kind, base = KINDS[case["kind"]], BASE[case["kind"]]
    found, wanted = {**base, **case["olds"]}, {**base, **case["news"]}
    shown = rules.echo(kind.rules, kind.names, wanted, found)
    assert rules.diff(kind.rules, kind.names, shown, wanted).changed == tuple(
        name for name in case["changed"] if name in found
    )
    assert {name for name in kind.names if shown[name] is not wanted.get(name)} <= set(case["changed"])


def test_what_the_server_can_not_tell_is_echoed() -> None:
    kind = KINDS["Deployment"]
    assert rules.echo(kind.rules, kind.names, BASE["Deployment"], {})["flow_name"] == "etl"


@pytest.mark.parametrize("name", KINDS)
def test_every_property_and_every_field_of_prefects_models_has_a_rule(name: str) -> None:
    kind = KINDS[name]
    theirs = {field for model in PREFECT[name] for field in model.model_fields}
    assert theirs | set(kind.names) == set(kind.rules)


@pytest.mark.parametrize("name", KINDS)
def test_what_is_not_plain_has_a_reason(name: str) -> None:
    silent = {
        field
        for field, rule in KINDS[name].rules.items()
        if not rule.reason and not isinstance(rule, rules.Plain | rules.Json | rules.ServerOnly)
    }
    assert silent == set()
