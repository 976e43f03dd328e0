import math

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowstacks.provider import canonical

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(_json)
def test_a_value_survives(value: pydantic.JsonValue) -> None:
    assert canonical.loads(canonical.dumps(value)) == value


@given(st.dictionaries(st.text(), _json))
def test_the_order_of_keys_does_not_matter(value: dict[str, pydantic.JsonValue]) -> None:
    assert canonical.dumps(dict(reversed(value.items()))) == canonical.dumps(value)


def test_it_is_short_and_readable() -> None:
    assert canonical.dumps({"å": [1, None], "a": 2**53 + 1}) == '{"a":9007199254740993,"å":[1,null]}'


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_json_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical.dumps(value)
