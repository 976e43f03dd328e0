"""Names of objects on the Prefect server, as far as all kinds share a rule."""

from typing import Annotated

import pydantic

LONGEST_NAME = 255
"""Characters of a name on the server: as for a Variable (Prefect 3.9.1, `types/__init__.py`).

Prefect sets no limit for pools and queues, but a name stands in URLs and in PostgreSQL's indexes, which take 2,704
bytes an entry.
"""
ServerName = Annotated[str, pydantic.StringConstraints(max_length=LONGEST_NAME)]
