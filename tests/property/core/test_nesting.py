"""Only what is nested deeply is called so; brackets inside of text are no nesting."""

import json

import hypothesis
from hypothesis import strategies

from flowstacks.core import yaml_limits


@hypothesis.given(
    strategies.recursive(
        strategies.text(max_size=3) | strategies.integers(), lambda inner: strategies.lists(inner, max_size=3)
    )
)
def test_what_is_shallow_is_not_called_deep(value: object) -> None:
    assert yaml_limits.json_fault(json.dumps([value, '[{"' * 200])) is None
    assert yaml_limits.value_fault(value) is None
