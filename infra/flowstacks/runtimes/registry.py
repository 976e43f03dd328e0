"""All runtimes by the name that `flowstacks:runtime` has for them."""

from flowstacks.runtimes import ecs, process
from flowstacks.runtimes.runtime import Runtime

RUNTIMES: dict[str, Runtime] = {"process": process.RUNTIME, "ecs": ecs.RUNTIME}
