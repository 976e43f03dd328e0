import pytest

from flowstacks.core import secret_reference
from flowstacks.core.secret_reference import Reference


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("warehouse", Reference("warehouse", None)),
        ("team/ware_house+=.@-1", Reference("team/ware_house+=.@-1", None)),
        ("warehouse:password", Reference("warehouse", "password")),
        ("warehouse:pass word", Reference("warehouse", "pass word")),
    ],
)
def test_a_reference_is_read_and_written(text: str, reference: Reference) -> None:
    assert secret_reference.parse(text) == reference
    assert str(reference) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":password",
        "warehouse:",
        "warehouse:a:b",
        "ware house",
        "s\u00e9cret",
        "/warehouse",
        "a//b",
        "a/",
        "a" * 401,
        "a\n",
    ],
)
def test_what_aws_or_ecs_would_refuse_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        secret_reference.parse(text)
