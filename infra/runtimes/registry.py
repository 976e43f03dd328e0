"""All runtimes by the name that `flowstacks:runtime` has for them."""

from infra.runtimes import ecs, process
from infra.runtimes.runtime import Runtime

RUNTIMES: dict[str, Runtime] = {"process": process.RUNTIME, "ecs": ecs.RUNTIME}
