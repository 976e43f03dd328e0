"""What Fargate sells: task sizes, scratch space, and how long CloudWatch keeps a task's log. Data and pure functions.

Sizes and space: "Task size" and "Fargate task ephemeral storage" of the Amazon ECS Developer Guide, and the ECS API's
own description (botocore 1.43.117, `RegisterTaskDefinition`, for Linux platform 1.4.0). Log days: botocore 1.43.117,
CloudWatch Logs, `PutRetentionPolicy`; 0, for ever, is pulumi_aws 7.51.1's (`cloudwatch.LogGroup`).
"""

import re
from collections.abc import Iterator, Sequence

MEMORY: dict[int, range] = {
    256: range(1024, 2048 + 1, 1024),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
"""Memory in MiB by CPU units; the smallest CPU has `SMALLEST_MEMORY` besides, off its step."""

SMALLEST_CPU, SMALLEST_MEMORY = 256, 512
DEFAULT_CPU = 1024

STORAGE_GIB = range(21, 200 + 1)
"""What can be asked for; a task that asks for nothing has 20."""

LOG_DAYS = (
    *(0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400),
    *(545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""Days a log group can keep events; 0 is for ever."""


def size(cpu: int | None, memory: int | None) -> tuple[int, int]:
    """CPU units and MiB of a task: without a CPU `DEFAULT_CPU`, without memory twice the CPU, legal for every CPU."""
    units = DEFAULT_CPU if cpu is None else cpu
    return units, 2 * units if memory is None else memory


def problem(cpu: int, memory: int) -> tuple[str, str] | None:
    """Why Fargate has no task of this size, with the remedy."""
    if cpu not in MEMORY:
        return f"Fargate has no cpu {cpu}", f"Known are {', '.join(map(str, MEMORY))} CPU units"
    if _is_sold(cpu, memory):
        return None
    fitting = [str(units) for units in MEMORY if _is_sold(units, memory)]
    other = f"; or cpu {', '.join(fitting)} for this memory" if fitting else ""
    return f"Fargate has no memory {memory} for cpu {cpu}", f"Write {_legal(cpu)} MiB{other}"


def _is_sold(cpu: int, memory: int) -> bool:
    return memory in MEMORY[cpu] or (cpu, memory) == (SMALLEST_CPU, SMALLEST_MEMORY)


def _legal(cpu: int) -> str:
    steps = MEMORY[cpu]
    if cpu == SMALLEST_CPU:
        return f"{SMALLEST_MEMORY}, {', '.join(map(str, steps))}"
    return f"{steps[0]} to {steps[-1]} in steps of {steps.step}"


def storage_problem(gib: int) -> tuple[str, str] | None:
    """Why Fargate has no such scratch space, with the remedy."""
    if gib in STORAGE_GIB:
        return None
    remedy = f"Write {STORAGE_GIB[0]} to {STORAGE_GIB[-1]} GiB, or nothing for the 20 that every task has"
    return f"Fargate has no ephemeral storage of {gib} GiB", remedy


def log_days_problem(days: int) -> tuple[str, str] | None:
    """Why a log group can't keep events that long, with the remedy."""
    if days in LOG_DAYS:
        return None
    return f"CloudWatch has no log retention of {days} days", f"Known are {', '.join(map(str, LOG_DAYS))} (0: for ever)"


_NETWORK_ID = re.compile(r"(subnet|sg)-([0-9a-f]{8}|[0-9a-f]{17})")
"""IDs of EC2 have 8 hex digits, since 2018 17
(https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html)."""
NETWORK_ID_REMEDY = "Copy it from AWS: `subnet-` or `sg-`, then 17 hex digits, 8 for old ones"


def network_id_problems(
    subnets: Sequence[str] | None, security_groups: Sequence[str] | None
) -> Iterator[tuple[str, int, str]]:
    """The setting, the index in its list, and the message, for each ID that EC2 can't have given."""
    for setting, ids in (("subnets", subnets), ("security_groups", security_groups)):
        for index, identifier in enumerate(ids or ()):
            if not _NETWORK_ID.fullmatch(identifier):
                yield setting, index, f"{setting}: {identifier!r} is no ID that AWS gives"
