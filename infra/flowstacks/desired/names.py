"""Names, tags and identity of a deployment, by the environment's naming templates. Pure."""

from collections.abc import Mapping

from flowstacks.core import naming
from flowstacks.desired.choice import ChosenDeployment
from flowstacks.discovery.manifest import Project
from flowstacks.stack.config import Config
from flowstacks.stack.settings import DeploymentSettings


def deployment_name(config: Config, deployment: ChosenDeployment) -> str:
    """The deployment's name on the Prefect server."""
    template = config.naming.default_deployment if deployment.declared.is_default else config.naming.deployment
    return naming.render(template, name_values(config, deployment))


def work_pool_name(config: Config, name: str) -> str:
    """The pool's name on the Prefect server; `name` is the runtime's name of it."""
    values = {"env": config.environment, "name": name, "branch": _branch(config)}
    return naming.render(config.naming.work_pool, values)


def name_values(config: Config, deployment: ChosenDeployment) -> dict[str, str]:
    """Values of the naming templates' fields for one deployment."""
    flow, project = deployment.flow, deployment.project
    return {
        "branch": _branch(config),
        "commit": project.commit,
        "deployment": deployment.declared.name,
        "env": config.environment,
        "flow": flow.name,
        "function": flow.function,
        "hyphen_flow": naming.slug(flow.name).replace("_", "-"),
        "project": project.name,
        "short_commit": naming.short_hash(project.commit),
        "version": project.version,
    }


def _branch(config: Config) -> str:
    return (config.repository.branch if config.repository else None) or ""


def run_identity(config: Config, name: str, project: Project) -> dict[str, str]:
    """Environment variables that tell a run which deployment, environment and commit it is of."""
    return {"DEPLOYMENT_NAME": name, "DEPLOYMENT_ENVIRONMENT": config.environment, "COMMIT_HASH": project.commit}


def tags(config: Config, values: Mapping[str, str], settings: DeploymentSettings) -> list[str]:
    """The preset's tags, then the user's, none twice."""
    rendered = (naming.render(template, values) for template in config.naming.tags)
    return list(dict.fromkeys([*rendered, *(settings.tags or ())]))
