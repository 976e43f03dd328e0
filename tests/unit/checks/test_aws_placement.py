from typing import Any

import pytest

from flowstacks.aws import ecs_template
from flowstacks.checks.check import Finding
from flowstacks.checks.facts import Locate, PlacementFacts
from flowstacks.checks.servers import aws_placement
from flowstacks.core.problem import Place
from flowstacks.stack.config import Config

_ARN = "arn:aws:ecs:eu-central-1:123456789012:cluster/flowstacks-staging"


def _moves(settings: Config, template: dict[str, Any], locate: Locate) -> list[Finding]:
    return list(aws_placement.moved(PlacementFacts(config=settings, job_templates=[template], locate=locate)))


def _found(cluster: str, region: str = "eu-central-1", **aws: Any) -> list[tuple[str, str]]:
    settings = Config.model_validate(
        {"environment": "staging", "region": region, "runtime": "ecs", "schedule_policy": "none", "aws": aws}
    )
    template = ecs_template.job_template(
        cluster=cluster, execution_role_arn="", task_role_arn="", subnets=(), security_groups=(),
        assign_public_ip=False, api_key_secret_arn=None,
    )  # fmt: skip
    findings = _moves(settings, template, lambda path: Place(".".join(map(str, path)), 1))
    return [(finding.place.file, finding.message) for finding in findings]


def test_an_environment_that_stays_where_it_is_is_fine() -> None:
    assert _found(_ARN) == []
    assert _found(_ARN, account="123456789012") == []


@pytest.mark.parametrize(
    ("changed", "key", "there", "wanted"),
    [
        ({"region": "eu-west-1"}, "aws:region", "region eu-central-1", "eu-west-1"),
        ({"account": "210987654321"}, "flowstacks:aws.account", "account 123456789012", "210987654321"),
        ({"prefix": "acme"}, "flowstacks:aws.prefix", "cluster flowstacks-staging", "acme-staging"),
    ],
)
def test_each_move_is_told_at_its_key(changed: dict[str, str], key: str, there: str, wanted: str) -> None:
    assert _found(_ARN, **changed) == [(key, f"the environment stands in {there}, and can't be moved to {wanted}")]


@pytest.mark.parametrize("cluster", ["", "by-hand"])
def test_a_template_that_names_no_place_says_nothing(cluster: str) -> None:
    assert _found(cluster, region="eu-west-1") == []


def test_a_template_of_another_shape_says_nothing() -> None:
    settings = Config.model_validate({"environment": "staging", "runtime": "ecs", "schedule_policy": "none"})
    assert _moves(settings, {"variables": ["by hand"]}, lambda _: Place("", 0)) == []
