"""Stack outputs: what people and CI read of an environment (a fixed public interface)."""

import re

import pulumi

from flowstacks.core import urls
from flowstacks.desired.objects import DesiredDeployment
from flowstacks.environment import Environment
from flowstacks.evaluation.evaluation import Verdict
from flowstacks.provider import resources

_CLOUD_API = re.compile(r"https://api\.prefect\.cloud/api/accounts/([^/]+)/workspaces/([^/]+)")


def export(environment: Environment, verdict: Verdict, api_url: str, infra_commit: str) -> None:
    """`deployments` by address, `work_pools` by name, and `infra_commit`.

    `repositories`: URL by name; `task_definitions`: ARN of the exact revision by family. Both are empty where the
    runtime has none.
    """
    desired = {deployment.address: deployment for deployment in verdict.desired.deployments}
    pulumi.export(
        "deployments",
        {
            address: {
                **_deployment(verdict.config.environment, desired[address], resource, ui_url(api_url)),
                "image": environment.images[address],
            }
            for address, resource in environment.deployments.items()
        },
    )
    pulumi.export("work_pools", {name: {"id": pool.id} for name, pool in environment.work_pools.items()})
    platform = environment.platform
    pulumi.export("repositories", dict(platform.repositories) if platform else {})
    pulumi.export("task_definitions", dict(platform.revisions) if platform else {})
    pulumi.export("infra_commit", infra_commit)


def _deployment(
    environment: str, deployment: DesiredDeployment, resource: resources.Deployment, ui: str
) -> dict[str, pulumi.Input[object]]:
    return {
        "id": resource.id,
        "name": deployment.props["name"],
        "flow": deployment.flow.name,
        "environment": environment,
        "commit": deployment.project.commit,
        "version": deployment.props["version"],
        "url": pulumi.Output.concat(ui, "/deployments/deployment/", resource.id),
    }


def ui_url(api_url: str) -> str:
    """Address of the web interface that belongs to an API (self-hosted: without `/api`; Prefect Cloud: its app)."""
    if cloud := _CLOUD_API.match(api_url):
        account, workspace = cloud.groups()
        return f"https://app.prefect.cloud/account/{account}/workspace/{workspace}"
    return urls.without_login(api_url).rstrip("/").removesuffix("/api")
