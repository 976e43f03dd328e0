"""The pydantic base of the provider's own models: unknown keys are errors, no coercion of types.

The provider imports nothing of the project outside its package, so it has a base of its own.
"""

import pydantic


class ProviderModel(pydantic.BaseModel):
    """Frozen and strict: `"3"` is no int, `1` is no bool."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, strict=True)


class Answer(pydantic.BaseModel):
    """What we read from an answer of the server; other keys are ignored, the server adds some each release."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
