"""The AWS resources of an environment, in the order in which they need each other."""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi
import pulumi_aws as aws

from flowstacks.aws import cluster, ecs_template, image_repository, provider, roles, secrets, service, tasks
from flowstacks.aws.images import declare_images
from flowstacks.aws.scope import Scope
from flowstacks.aws.secrets import Secrets
from flowstacks.aws.service import Network
from flowstacks.aws.tasks import TaskSurroundings
from flowstacks.core import secret_reference
from flowstacks.desired.desired_state import secret_names
from flowstacks.desired.image_source import ImageSources
from flowstacks.desired.objects import Desired, DesiredDeployment
from flowstacks.provider import canonical
from flowstacks.stack.config import Config
from flowstacks.stack.server import api_url


@dataclasses.dataclass(frozen=True, kw_only=True)
class EcsPlatform:
    """`flowstacks.desired.runtime.Platform` on AWS."""

    config: Config
    """The environment's."""
    repositories: Mapping[str, pulumi.Output[str]]
    """URL by name."""
    images: Mapping[str, pulumi.Output[str]]
    """Reference of the image by task key."""
    task_definitions: Mapping[str, aws.ecs.TaskDefinition]
    """By task key."""
    revisions: Mapping[str, pulumi.Output[str]]
    """ARN by family."""
    base_job_template: pulumi.Output[str]
    """JSON."""
    cluster_arn: pulumi.Output[str]
    """The cluster that flows and worker run in."""
    scope: Scope
    """What all resources share."""
    surroundings: TaskSurroundings
    """What all task definitions share."""
    startable: Sequence[pulumi.Resource]
    """Rights and secrets: without them a task can't start."""

    def image(self, deployment: DesiredDeployment) -> pulumi.Output[str] | None:
        """Reference of the image that runs a deployment."""
        return self.images[deployment.task_definition] if deployment.task_definition else None

    def job_variables(self, deployment: DesiredDeployment) -> dict[str, pulumi.Input[object]]:
        """The deployment's, with its task definition and its image."""
        variables = cast("dict[str, pulumi.Input[object]]", deployment.props["job_variables"])
        image = self.image(deployment)
        if deployment.task_definition is None or image is None:
            return variables
        return {
            **variables,
            "task_definition_arn": self.task_definitions[deployment.task_definition].arn,
            "image": image,
            "env": {**cast("dict[str, Any]", variables["env"]), "IMAGE": image},
        }

    def start_worker(self, work_pool_name: pulumi.Input[str]) -> None:
        """Register the service that runs the pool's worker, where the stack asks for one."""
        worker, surroundings = self.config.worker, self.surroundings
        if worker is None:
            return
        references = [surroundings.api_key] if surroundings.api_key else []
        service.declare_service(
            self.scope,
            worker,
            dataclasses.replace(surroundings, secret_arns=secrets.referred(references, surroundings.secret_arns)),
            cluster_arn=self.cluster_arn,
            network=_network(self.config),
            pool=work_pool_name,
            api_url=api_url(self.config) or "",
            # ECS starts it at once, and gives up after three tasks that could not read their secrets.
            opts=pulumi.ResourceOptions(depends_on=list(self.startable)),
        )


def provision(config: Config, desired: Desired, sources: ImageSources, parent: pulumi.Resource) -> EcsPlatform:
    """Register all resources; `desired` names the secrets, images and task definitions, `sources` by image name."""
    scope = _scope(config, desired.owner, parent)
    repository = image_repository.declare_repository(scope, config.aws.image_days)
    logs = cluster.declare_log_group(scope, config.aws.log_retention_days)
    home = cluster.declare_cluster(scope)
    environment_secrets = secrets.declare_secrets(scope, secret_names(config, desired), config.secrets)
    execution, granted = _execution_role(scope, home, repository, logs, environment_secrets)
    flow_role = roles.declare_role(scope, "task", home.arn)
    if config.aws.task_statements:
        roles.grant(scope, "task", flow_role, roles.task_policy(config.aws.task_statements))
    images = declare_images(desired.images, sources, repository, region(config), parent)
    surroundings = TaskSurroundings(
        region=region(config),
        log_group=logs.name,
        execution_role_arn=execution.arn,
        task_role_arn=flow_role.arn,
        secret_arns=environment_secrets.arns,
        api_key=config.prefect.api_key_secret,
    )
    definitions = {
        desired_task.task.key: tasks.declare_task_definition(
            scope, desired_task.task, images[desired_task.image], surroundings
        )
        for desired_task in desired.task_definitions
    }
    return EcsPlatform(
        config=config,
        repositories={scope.name: repository.repository_url},
        images={desired_task.task.key: images[desired_task.image] for desired_task in desired.task_definitions},
        task_definitions=definitions,
        revisions={scope.family(key): definition.arn for key, definition in definitions.items()},
        base_job_template=_base_job_template(config, home, surroundings),
        cluster_arn=home.arn,
        scope=scope,
        surroundings=surroundings,
        startable=(granted, *environment_secrets.values),
    )


def _execution_role(
    scope: Scope,
    home: aws.ecs.Cluster,
    repository: aws.ecr.Repository,
    logs: aws.cloudwatch.LogGroup,
    environment_secrets: Secrets,
) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
    role = roles.declare_role(scope, "execution", home.arn)
    policy = pulumi.Output.all(repository.arn, logs.arn).apply(
        lambda arns: _execution_policy(scope, environment_secrets, *arns)
    )
    return role, roles.grant(scope, "execution", role, policy)


def _execution_policy(scope: Scope, environment_secrets: Secrets, repository_arn: str, log_group_arn: str) -> str:
    """Secrets of the environment by their prefix: one more of them changes no policy."""
    own = [roles.secrets_arn(log_group_arn, scope.secret("*"))] if environment_secrets.has_own else []
    keys = {secret.kms_key for secret in environment_secrets.existing if secret.kms_key}
    readable = [*own, *(secret.arn for secret in environment_secrets.existing)]
    return roles.execution_policy(repository_arn, log_group_arn, readable, sorted(keys))


def _network(config: Config) -> Network:
    return Network(
        subnets=config.defaults.subnets or (),
        security_groups=config.defaults.security_groups or (),
        assign_public_ip=config.defaults.assign_public_ip is True,
    )


def _scope(config: Config, owner: str, parent: pulumi.Resource) -> Scope:
    arguments = provider.arguments(region(config), config.aws.account, os.environ)
    opts = pulumi.ResourceOptions(parent=parent)
    return Scope(
        prefix=config.aws.prefix,
        environment=config.environment,
        owner=owner,
        opts=pulumi.ResourceOptions(parent=parent, provider=provider.declare_provider(arguments, opts)),
    )


def region(config: Config) -> str:
    """The environment's region. Raises ValueError where it has none, which the checks refuse before."""
    if config.region is None:
        raise ValueError("aws:region is not set: evaluate the stack first")
    return config.region


def _base_job_template(config: Config, home: aws.ecs.Cluster, surroundings: TaskSurroundings) -> pulumi.Output[str]:
    network, key = _network(config), surroundings.api_key
    return pulumi.Output.all(
        home.arn,
        surroundings.execution_role_arn,
        surroundings.task_role_arn,
        surroundings.secret_arns[secret_reference.parse(key).name] if key else None,
    ).apply(
        lambda arns: canonical.dumps(
            ecs_template.job_template(
                cluster=arns[0],
                execution_role_arn=arns[1],
                task_role_arn=arns[2],
                subnets=network.subnets,
                security_groups=network.security_groups,
                assign_public_ip=network.assign_public_ip,
                api_key_secret_arn=arns[3],
            )
        )
    )
