import pytest

from flowstacks.core import suggestion
from flowstacks.stack.config import Config


@pytest.mark.parametrize(
    ("known", "remedy"),
    [
        (["etl/load", "web/page"], "Did you mean 'etl/load'?"),
        (["web/page", "abc"], "Known are abc, web/page"),
        ([], "None is known"),
        (
            [f"w{number:02}" for number in range(12)],
            "Known are w00, w01, w02, w03, w04, w05, w06, w07, w08, w09 and 2 more",
        ),
    ],
)
def test_closest(known: list[str], remedy: str) -> None:
    assert suggestion.closest("etl/laod", known) == remedy


@pytest.mark.parametrize(
    ("pattern", "known", "remedy"),
    [
        ("etl/dialy", ["etl/daily/x", "web/dialy"], "Did you mean 'etl/daily/x'?"),
        ("etl/page", ["etl/load/daily", "web/page/daily"], "Known are etl/load/daily"),
        ("elt/load/daily", ["etl/load/daily", "web/load/daily"], "Did you mean 'etl/load/daily'?"),
        ("zzz/load/daily", ["etl/load/daily", "web/load/daily"], "Known projects are etl, web"),
        ("etl/load", [], "None is known"),
    ],
)
def test_an_address_is_looked_for_in_its_own_project(pattern: str, known: list[str], remedy: str) -> None:
    assert suggestion.closest_address(pattern, known) == remedy


def test_fields_are_told_as_they_are_written() -> None:
    assert suggestion.fields_at(Config, ["release"]) == ["commit", "from", "images"]
    assert "cron" in suggestion.fields_at(Config, ["overrides", "etl/**", "schedules", 0])
    assert suggestion.fields_at(Config, ["runtime", "x"]) == []
