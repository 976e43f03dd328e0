import re

import pulumi
import pytest

from infra.aws.scope import Scope, pin_tag

_SCOPE = Scope(prefix="data", environment="staging", owner="flowstacks/staging", opts=pulumi.ResourceOptions())
_FAMILY = re.compile(r"[A-Za-z0-9_-]{1,255}")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")  # of an image: the distribution specification


def test_names_tell_the_team_and_the_environment() -> None:
    assert _SCOPE.name == "data-staging"
    assert _SCOPE.log_group == "/ecs/data-staging"
    assert _SCOPE.secret("warehouse/password") == "data/staging/warehouse/password"


@pytest.mark.parametrize("key", ["etl", "etl/load/daily", "Å flows/load/x"])
def test_a_family_is_one_that_ecs_takes(key: str) -> None:
    assert _FAMILY.fullmatch(_SCOPE.family(key))


def test_addresses_that_differ_only_in_where_they_are_cut_have_families_of_their_own() -> None:
    assert _SCOPE.family("etl/load-a/b") != _SCOPE.family("etl/load/a-b")
    assert _SCOPE.family("etl") == "data-staging-etl"


@pytest.mark.parametrize("image", ["etl", "etl/gpu", "etl/gpu@51aa51aa51aa"])
def test_a_pin_tag_is_one_that_registries_take(image: str) -> None:
    assert _TAG.fullmatch(pin_tag(image))
