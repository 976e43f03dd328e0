"""Work pool: what a user may say about one."""

from typing import Annotated

import pydantic

from infra.provider import properties
from infra.provider.model import Model


class WorkPoolInputs(Model):
    """Properties of `prefect:WorkPool`, all of them.

    `owner`: `<project>/<stack>`, who the pool belongs to. `base_job_template`: canonical JSON of an object.
    `concurrency_limit`: flow runs at a time, None for no limit. `is_paused`: None leaves it as on the server.
    """

    owner: properties.Owner
    name: Annotated[str, pydantic.Field(min_length=1)]
    type: Annotated[str, pydantic.Field(min_length=1)]
    description: str | None = None
    base_job_template: properties.JsonObject
    concurrency_limit: Annotated[properties.Integer, pydantic.Field(ge=0)] | None = None
    is_paused: bool | None = None
