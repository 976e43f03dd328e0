"""All runtimes by the name that `flowstacks:runtime` has for them."""

from flowstacks.core.errors import FlowstacksError
from flowstacks.desired.runtime import Runtime
from flowstacks.runtimes import ecs, process
from flowstacks.stack.config import Config

RUNTIMES: dict[str, Runtime] = {"process": process.RUNTIME, "ecs": ecs.RUNTIME}


def runtime_of(config: Config) -> Runtime:
    """The environment's runtime. Raises `FlowstacksError` where this version has none of that name."""
    if config.runtime not in RUNTIMES:
        raise FlowstacksError(
            f"{config.environment} has runtime {config.runtime!r}, which is not part of this version. "
            f"Set flowstacks:runtime to {' or '.join(RUNTIMES)}"
        )
    return RUNTIMES[config.runtime]


def with_images() -> str:
    """Names of the runtimes that have images, for messages."""
    return " or ".join(name for name, runtime in RUNTIMES.items() if runtime.has_images)
