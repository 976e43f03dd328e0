"""A secret of the environment: a value that the stack file has encrypted, or one that is kept elsewhere in AWS."""

from collections.abc import Mapping
from typing import Annotated, Any

import pydantic

from flowstacks.core.model import Model


class ExistingSecret(Model):
    """A secret of AWS Secrets Manager that is created and rotated outside of this environment."""

    arn: Annotated[str, pydantic.StringConstraints(pattern=r"^arn:aws[a-z-]*:secretsmanager:[^:]+:\d+:secret:[^:]+$")]
    """Complete ARN, with the six random characters at its end."""
    kms_key: Annotated[str, pydantic.StringConstraints(pattern=r"^arn:aws[a-z-]*:kms:[^:]+:\d+:key/")] | None = None
    """ARN of the key that encrypts it; unset where it is AWS's own `aws/secretsmanager`."""


_EXISTING, _VALUE = "<arn>", "<value>"
FORM_TAGS = (_EXISTING, _VALUE)
"""Steps in the path of a validation error that are no keys of the stack file: pydantic adds the form of a `Secret`."""


def _form_tag(value: Any) -> str:
    return _EXISTING if isinstance(value, Mapping | ExistingSecret) else _VALUE


Secret = Annotated[
    Annotated[ExistingSecret, pydantic.Tag(_EXISTING)] | Annotated[pydantic.SecretStr, pydantic.Tag(_VALUE)],
    pydantic.Discriminator(_form_tag),
]
"""`{arn: …, kms_key: …}`, or the value itself."""
