import re

import pytest

from flowstacks.provider.images import tags

_KEY = "a" * 64
_LEGAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")


@pytest.mark.parametrize("image", ["etl", "etl/gpu"])
def test_a_key_and_its_parts(image: str) -> None:
    assert tags.key(*tags.parts(image)) == image


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (tags.tree("etl", _KEY), f"tree-{_KEY}"),
        (tags.tree("etl/gpu", _KEY), f"tree-{_KEY}-gpu"),
        (tags.readable("etl", "1.2.0", "51aa" * 10), "etl-1.2.0-51aa51aa51aa"),
        (tags.readable("etl/gpu", "1.2.0+eu!1", "51aa" * 10), "etl-gpu-1.2.0-eu-1-51aa51aa51aa"),
        (tags.readable(".hidden", "", "51aa" * 10), "hidden-51aa51aa51aa"),
    ],
)
def test_tags(tag: str, expected: str) -> None:
    assert tag == expected
    assert _LEGAL.fullmatch(tag)


def test_no_tag_is_too_long() -> None:
    assert _LEGAL.fullmatch(tags.readable("p" * 100, "1" * 40, "c" * 40))
