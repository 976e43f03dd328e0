import re

import pytest

from flowstacks.aws.names import Names

_NAMES = Names(prefix="data", environment="staging")
_FAMILY = re.compile(r"[A-Za-z0-9_-]{1,255}")


def test_names_tell_the_team_and_the_environment() -> None:
    assert _NAMES.name == "data-staging"
    assert _NAMES.log_group == "/ecs/data-staging"
    assert _NAMES.secret("warehouse/password") == "data/staging/warehouse/password"


@pytest.mark.parametrize("key", ["etl", "etl/load/daily", "Å flows/load/x"])
def test_a_family_is_one_that_ecs_takes(key: str) -> None:
    assert _FAMILY.fullmatch(_NAMES.family(key))


def test_addresses_that_differ_only_in_where_they_are_cut_have_families_of_their_own() -> None:
    assert _NAMES.family("etl/load-a/b") != _NAMES.family("etl/load/a-b")
    assert _NAMES.family("etl") == "data-staging-etl"
