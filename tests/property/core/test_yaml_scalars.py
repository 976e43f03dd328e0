"""A plain scalar of a stack file is refused, or means what the rules of `yaml_scalar` say."""

import math
from typing import Any

import hypothesis
from hypothesis import strategies
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from flowstacks.core import yaml_limits, yaml_scalar


@hypothesis.given(strategies.text("0123456789_+-.eExXoObBaf:TZ ~ntyINF", min_size=1, max_size=12))
@hypothesis.settings(max_examples=500)
def test_a_scalar_that_is_accepted_is_read_as_the_rules_say(token: str) -> None:
    hypothesis.assume(token == token.strip() and not token.startswith(("- ", "-:")) and ": " not in token)
    text = f"a: {token}\n"
    loader: Any = YAML(typ="rt")
    try:
        if list(yaml_limits.faults(text)):
            return
        value = loader.load(text)["a"]
    except YAMLError:
        return
    number = yaml_scalar.number(token)
    if number is None:
        assert value is None or isinstance(value, str | bool | list)
    else:
        assert value == number
        assert math.isfinite(value)
