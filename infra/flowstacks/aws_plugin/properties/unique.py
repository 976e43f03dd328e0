"""Names made from a prefix."""

import uuid

from flowstacks.aws_plugin.properties.values import Props, text

_SUFFIX_DIGITS = 26
"""As many as the real plugin's (terraform-plugin-sdk v2, `helper/id`)."""


def name(props: Props) -> str:
    """The name, or the prefix with a suffix that nobody else has."""
    if "name" in props:
        return text(props, "name")
    return f"{text(props, 'namePrefix')}{uuid.uuid4().hex[:_SUFFIX_DIGITS]}"
