"""The base job template of ECS pools: prefect-aws's own, less what could register a task definition. Pure.

The file is that of prefect-aws 0.7.12 (`prefect_aws/workers/ecs_worker.py`) with the differences that its test lists,
each with its reason.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flowstacks.desired.recipe import Json

CONTAINER = "prefect"
"""The container of a task that runs the flow. The template names it, so every task definition must have it."""

_TEMPLATE = Path(__file__).with_name("ecs_job_template.json")
_NETWORK = "networkConfiguration"
_NETWORK_VARIABLES = ("subnets", "security_groups", "assign_public_ip")
_API_KEY = "PREFECT_API_KEY"


def job_template(
    *,
    cluster: str,
    execution_role_arn: str,
    task_role_arn: str,
    subnets: Sequence[str],
    security_groups: Sequence[str],
    assign_public_ip: bool,
    api_key_secret_arn: str | None,
) -> dict[str, Json]:
    """Prefect's template with an environment's values as the variables' defaults.

    `cluster`: ARN or name. Without `subnets` a run's request names no network at all: the worker asks EC2 for the
    default VPC's, and a deployment's own `subnets` would be ignored. With `api_key_secret_arn` the task definitions
    bring the API key, and the worker does not hand its own on in the clear.
    """
    # The worker's template is JSON of Prefect's making: nothing here knows more of it than the paths below.
    template: dict[str, Any] = json.loads(_TEMPLATE.read_text(encoding="utf-8"))
    variables: dict[str, Any] = template["variables"]["properties"]
    defaults: dict[str, Json] = {
        "cluster": cluster,
        "execution_role_arn": execution_role_arn,
        "task_role_arn": task_role_arn,
        "prefect_api_key_secret_arn": api_key_secret_arn,
    }
    if subnets:
        network: list[Json] = [list(subnets), list(security_groups), public_ip(assigned=assign_public_ip)]
        defaults.update(zip(_NETWORK_VARIABLES, network, strict=True))
    else:
        # A variable without a value takes its own key away, but not the object around it, and the worker looks for
        # the default VPC only where `networkConfiguration` is empty or absent.
        del template["job_configuration"]["task_run_request"][_NETWORK]
    if api_key_secret_arn:
        # A null takes the variable away from what the worker hands on; deployments' own `env` is merged over it. Its
        # own switch (`prefect_api_key_secret_arn`) fails where the worker itself has no key: `del env[...]`, KeyError.
        defaults["env"] = {_API_KEY: None}
    for name, value in defaults.items():
        variables[name]["default"] = value
    return template


def public_ip(*, assigned: bool) -> str:
    """The value of ECS's `AwsVpcConfiguration.assignPublicIp`."""
    return "ENABLED" if assigned else "DISABLED"
