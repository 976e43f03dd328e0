"""Job variables of an ECS pool that are not a deployment's to say. Pure."""

from collections.abc import Iterator, Mapping

from flowstacks.core import problem
from flowstacks.desired import layers
from flowstacks.desired.choice import ChosenDeployment

_TASK = "Remove it: every deployment runs the exact task definition that is made for it"
_ROLE = "Remove it: the roles are the environment's; what flows may do stands in flowstacks:aws.task_statements"
_LOGS = "Remove it: the task definition has its log group; flowstacks:aws.log_retention_days says for how long"
_KEY = "Remove it, and set flowstacks:prefect.api_key_secret"

RESERVED: Mapping[str, str] = {
    "task_definition_arn": _TASK,
    "family": _TASK,
    "container_name": _TASK,
    "auto_deregister_task_definition": _TASK,
    "match_latest_revision_in_family": _TASK,
    "image": "Remove it: a digest is pinned in flowstacks:release.images, or in an override's image",
    "execution_role_arn": _ROLE,
    "task_role_arn": _ROLE,
    "cluster": "Remove it: the cluster is the environment's",
    "configure_cloudwatch_logs": _LOGS,
    "cloudwatch_logs_options": _LOGS,
    "cloudwatch_logs_prefix": _LOGS,
    "prefect_api_key_secret_arn": _KEY,
    "prefect_api_auth_string_secret_arn": _KEY,
    "cpu": "Say cpu beside job_variables, not in it",
    "memory": "Say memory beside job_variables, not in it",
    "subnets": "Say subnets beside job_variables, not in it",
    "security_groups": "Say security_groups beside job_variables, not in it",
    "assign_public_ip": "Say assign_public_ip beside job_variables, not in it",
    "network_configuration": "Say subnets, security_groups and assign_public_ip beside job_variables",
    "vpc_id": "Say subnets beside job_variables",
}
"""Names of prefect-aws 0.7.12 (`ECSVariables`) and of our template, each with what to do instead."""


def reserved(one: ChosenDeployment) -> Iterator[problem.Problem]:
    """Those that the deployment says nevertheless."""
    for name in sorted(RESERVED.keys() & (one.settings.job_variables or {}).keys()):
        place = layers.place_of(one, lambda layer, name=name: name in (layer.job_variables or {}))
        message = f"job variable {name!r} is set by the environment"
        yield problem.error("reserved-job-variable", place, message, RESERVED[name], address=one.declared.address)
