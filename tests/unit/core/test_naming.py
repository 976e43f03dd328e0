import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowstacks.core import naming

_SEGMENT = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1).filter(naming.slug)


@given(_SEGMENT, _SEGMENT, _SEGMENT)
def test_an_address_is_parsed_as_it_was_made(project: str, flow: str, deployment: str) -> None:
    made = naming.address(project, flow, deployment)
    assert naming.parse_address(str(made)) == made


@pytest.mark.parametrize("text", ["", "etl", "etl/daily", "etl//x", "a/b/c/d", "/b/c"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="project/flow/deployment"):
        naming.parse_address(text)


@pytest.mark.parametrize(
    ("text", "slug"),
    [("Daily load (EU)", "daily-load-eu"), ("sales_report", "sales_report"), ("--a  b--", "a-b"), ("Ærlig", "rlig")],
)
def test_slug(text: str, slug: str) -> None:
    assert naming.slug(text) == slug


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("etl", True),
        ("etl/**", True),
        ("**", True),
        ("etl/daily-load", True),
        ("etl/daily-load/nightly", True),
        ("etl/*/nightly", True),
        ("e?l/daily-*", True),
        ("etl/daily-load/nightly/**", True),
        ("etl/weekly", False),
        ("reports/**", False),
        ("etl/daily-load/hourly", False),
        ("ETL", False),
        ("etl/daily-load/nightly/x", False),
    ],
)
def test_patterns(pattern: str, covered: bool) -> None:
    assert naming.matches(pattern, naming.Address("etl", "daily-load", "nightly")) is covered


def test_narrow_patterns_come_after_broad_ones() -> None:
    patterns = ["etl/daily-load", "**", "etl/**", "etl/daily-load/nightly", "*/daily-load"]
    assert sorted(patterns, key=naming.breadth) == [
        "**", "etl/**", "*/daily-load", "etl/daily-load", "etl/daily-load/nightly",
    ]  # fmt: skip


def test_of_two_globs_the_one_that_says_more_is_narrower() -> None:
    patterns = ["etl/*-daily", "etl/d*", "etl/*y", "etl/**", "etl/[a-z]*"]
    assert sorted(patterns, key=naming.breadth) == ["etl/**", "etl/[a-z]*", "etl/*y", "etl/d*", "etl/*-daily"]


def test_a_template_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValueError, match=r"unknown field \{colour\}; known are branch"):
        naming.checked_template("{colour}-{env}")


def test_a_field_without_a_value_is_named() -> None:
    with pytest.raises(ValueError, match="'deployment'"):
        naming.render("{deployment}--{env}", {"env": "dev"})


def test_the_portal_preset_is_what_its_users_have() -> None:
    portal = naming.PRESETS["portal"]
    values = {
        "project": "sales", "branch": "main", "hyphen_flow": "daily-load", "env": "prod", "commit": "c0ffee",
        "version": "1.2.0",
    }  # fmt: skip
    assert naming.render(portal.default_deployment, values) == "sales--main--daily-load--prod"
    assert [naming.render(tag, values) for tag in portal.tags] == [
        "PROJECT_NAME=sales", "BRANCH_NAME=main", "COMMIT_HASH=c0ffee", "PACKAGE_VERSION=1.2.0",
    ]  # fmt: skip
    assert naming.render(portal.version, values) == "main-c0ffee"
    assert portal.wants("branch")
    assert not naming.PRESETS["default"].wants("branch")


@pytest.mark.parametrize(
    ("url", "owner"),
    [
        (None, "flowstacks/dev"),
        ("https://git.test/team/flows.git", "git.test/team/flows:flowstacks/dev"),
        ("https://git.test/team/flows/", "git.test/team/flows:flowstacks/dev"),
        ("git@git.test:team/flows.git", "git.test:team/flows:flowstacks/dev"),
        ("ssh://git@git.test/team/flows", "git.test/team/flows:flowstacks/dev"),
    ],
)
def test_the_owner_names_the_repository(url: str | None, owner: str) -> None:
    assert naming.owner("flowstacks", "dev", url) == owner
