"""Prefect's own cron parser, without importing Prefect.

Prefect 3.9.1 parses with a copy of croniter (`prefect/_vendor/croniter`). The published croniter 6.2.4 and 7.0.0 judge
otherwise: 7.0.0 takes `* * * * 7 *` and refuses `* * 0 * * *`, the copy the other way round. Importing any module of
the package runs `prefect/__init__.py` (2-3 s), so the copy is loaded from its file.
"""

import functools
import importlib.util
import pathlib
import re
import sys
from typing import Protocol, cast

from flowstacks.core import errors

_NAME = "flowstacks_prefect_croniter"
_RANDOM = re.compile(r"(^|[\s,])[rh]", re.IGNORECASE)


class _Parser(Protocol):
    def is_valid(self, expression: str) -> bool: ...


@functools.lru_cache(maxsize=4096)
def is_valid(expression: str) -> bool:
    """Whether the parser can read it; random and hashed times (`R`, `H`) are readable too."""
    return _parser().is_valid(expression)


def is_random(expression: str) -> bool:
    """Whether a field is random or hashed.

    Prefect refuses a bare `R` or `H` (`_internal/schemas/validators.py`) and lets `R(0-5)` through, which the parser
    draws anew each time it reads it: valid or not, and when, is then a matter of luck.
    """
    return bool(_RANDOM.search(expression))


@functools.cache
def _parser() -> _Parser:
    prefect = importlib.util.find_spec("prefect")
    folders = list(prefect.submodule_search_locations or ()) if prefect else []
    if not folders:
        raise errors.FlowstacksError("Prefect is not installed. Run uv sync")
    folder = pathlib.Path(folders[0]) / "_vendor" / "croniter"
    spec = importlib.util.spec_from_file_location(
        _NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if not spec or not spec.loader or not (folder / "__init__.py").exists():
        raise errors.FlowstacksError(f"this Prefect has no {folder}. Install the version that pyproject.toml pins")
    module = importlib.util.module_from_spec(spec)
    # Its own relative imports look the package up by name.
    sys.modules[_NAME] = module
    spec.loader.exec_module(module)
    return cast("_Parser", module.croniter)
