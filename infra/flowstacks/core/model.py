"""The pydantic base of everything that crosses a boundary: unknown keys are errors, values don't change."""

import pydantic


class Model(pydantic.BaseModel):
    """Frozen; a key that the model doesn't know is an error."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
