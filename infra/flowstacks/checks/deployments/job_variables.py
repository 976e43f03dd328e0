"""Job variables of an ECS pool that a deployment may not set. Pure."""

from collections.abc import Iterator, Mapping

from flowstacks.checks.check import Finding
from flowstacks.checks.facts import DeploymentFacts
from flowstacks.desired import layers

_TASK = "Remove it: every deployment runs the exact task definition that is made for it"
_ROLE = "Remove it: the roles are the environment's; what flows may do is in flowstacks:aws.task_statements"
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
    "cpu": "Write cpu beside job_variables, not in it",
    "memory": "Write memory beside job_variables, not in it",
    "subnets": "Write subnets beside job_variables, not in it",
    "security_groups": "Write security_groups beside job_variables, not in it",
    "assign_public_ip": "Write assign_public_ip beside job_variables, not in it",
    "network_configuration": "Write subnets, security_groups and assign_public_ip beside job_variables",
    "vpc_id": "Write subnets beside job_variables",
}
"""Names of prefect-aws 0.7.12 (`ECSVariables`) and of our template, each with what to do instead."""


def reserved(facts: DeploymentFacts) -> Iterator[Finding]:
    """A deployment sets a job variable that is the environment's.

    Remedy: Remove it; the message says what is there instead.
    """
    for deployment in facts.chosen:
        for name in sorted(RESERVED.keys() & (deployment.settings.job_variables or {}).keys()):
            place = layers.place_of(deployment, lambda layer, name=name: name in (layer.job_variables or {}))
            message = f"job variable {name!r} is set by the environment"
            yield Finding(place, message, RESERVED[name], address=deployment.declared.address)
