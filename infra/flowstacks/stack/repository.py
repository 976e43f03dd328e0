"""Where the flows of an environment come from."""

from typing import Annotated

import pydantic

from flowstacks.core.model import Model


class RepositoryConfig(Model):
    """The repository whose flows run here; its URL is a part of the mark on every object of the environment."""

    url: str
    """`https://…`, `ssh://…` or `git@host:path`, without a password; `file://…` on a loopback API only.

    Runs on runtime `process` clone it; on a loopback API they clone the checkout.
    """
    branch: str | None = None
    """Value of `{branch}` in the naming templates; the commit comes from the release."""
    credentials: Annotated[str, pydantic.StringConstraints(pattern=r"^[^/]+/[^/]+$")] | None = None
    """Prefect block that holds the login for the clone: `<block type slug>/<block name>`."""
