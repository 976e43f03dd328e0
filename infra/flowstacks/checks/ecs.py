"""What is wrong with an environment that runs on `ecs`. Pure: nothing of AWS is asked.

Two lists, as the preflight needs them: of the stack's own settings, and of what its deployments come to.
"""

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flowstacks.checks import aws_side, image_keys, stack_secrets, tasks
from flowstacks.checks.stack_settings import Locate
from flowstacks.core import problem
from flowstacks.desired.choice import ChosenDeployment
from flowstacks.discovery.manifest import Manifest
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config


def check_stack(stack: Config, written: Mapping[str, Any], locate: Locate) -> list[problem.Problem]:
    """The stack's own settings; `written`: config as the stack file has it, `SECRET` for what is encrypted."""
    runtime = RUNTIMES.get(stack.runtime)
    if runtime is None or not runtime.needs_aws:
        return []
    return [*aws_side.check(stack, locate), *stack_secrets.check_written(written, locate)]


def check(
    stack: Config, chosen: Sequence[ChosenDeployment], manifests: Mapping[str, Manifest], locate: Locate
) -> list[problem.Problem]:
    """What the deployments ask for, errors and warnings; `manifests` by pin."""
    if not RUNTIMES[stack.runtime].needs_aws:
        return []
    return [
        *_once(tasks.check(stack, chosen)),
        *_once(image_keys.check(stack, chosen, manifests, locate)),
        *stack_secrets.check_use(stack, chosen, locate),
    ]


def _once(found: Iterable[problem.Problem]) -> Iterator[problem.Problem]:
    """A line of the stack file may be wrong for five hundred deployments: then it is told once, without an address."""
    by_text = sorted(found, key=lambda one: (one.file, one.line, one.code, one.message))
    for _, same in itertools.groupby(by_text, key=lambda one: (one.file, one.line, one.code, one.message)):
        first, *more = same
        yield dataclasses.replace(first, address=None) if more else first
