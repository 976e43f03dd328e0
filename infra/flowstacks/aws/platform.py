"""The AWS half of an environment, in the order in which its parts need each other."""

import dataclasses
import os
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from flowstacks.aws import cluster, provider, registry, roles, secrets, service, tasks
from flowstacks.aws.scope import Scope
from flowstacks.aws.secrets import Secrets
from flowstacks.aws.tasks import TaskSurroundings
from flowstacks.core import secret_reference
from flowstacks.desired.desired_state import Desired, secret_names
from flowstacks.desired.image_source import ImageSource
from flowstacks.provider import canonical, resources
from flowstacks.provider.images import tags
from flowstacks.runtimes import ecs_template
from flowstacks.stack.config import Config
from flowstacks.stack.server import api_url

Images = Mapping[str, ImageSource]
"""What the registries say, by image name."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Platform:
    """What deployments and pools need of AWS.

    `repositories`: URL by name. `images`: reference by image name. `task_definitions` by key, `revisions` their ARNs by
    family. `startable`: what must be there before a task can start.
    """

    repositories: Mapping[str, pulumi.Output[str]]
    images: Mapping[str, pulumi.Output[str]]
    task_definitions: Mapping[str, aws.ecs.TaskDefinition]
    revisions: Mapping[str, pulumi.Output[str]]
    job_template: pulumi.Output[str]
    cluster_arn: pulumi.Output[str]
    scope: Scope
    surroundings: TaskSurroundings
    startable: Sequence[pulumi.Resource]


def provision(config: Config, desired: Desired, found: Images, parent: pulumi.Resource) -> Platform:
    """Register everything; `desired` says which secrets, images and task definitions."""
    ours = _scope(config, desired.owner, parent)
    repository = registry.repository(ours, config.aws.image_days)
    logs = cluster.log_group(ours, config.aws.log_retention_days)
    home = cluster.declare(ours)
    kept = secrets.declare(ours, secret_names(config, desired), config.secrets)
    execution = roles.role(ours, "execution", home.arn)
    policy = pulumi.Output.all(repository.arn, logs.arn).apply(lambda known: _execution_policy(ours, kept, *known))
    granted = roles.grant(ours, "execution", execution, policy)
    flows = roles.role(ours, "task", home.arn)
    if config.aws.task_statements:
        roles.grant(ours, "task", flows, roles.task_policy(config.aws.task_statements))
    images = _images(config, desired, found, repository, parent)
    around = tasks.TaskSurroundings(
        region=region(config),
        log_group=logs.name,
        execution_role_arn=execution.arn,
        task_role_arn=flows.arn,
        secret_arns=kept.arns,
        api_key=config.prefect.api_key_secret,
    )
    definitions = {
        one.task.key: tasks.task_definition(ours, one.task, images[one.image], around)
        for one in desired.task_definitions
    }
    return Platform(
        repositories={ours.name: repository.repository_url},
        images=images,
        task_definitions=definitions,
        revisions={ours.family(key): one.arn for key, one in definitions.items()},
        job_template=_job_template(config, home, execution, flows, kept.arns),
        cluster_arn=home.arn,
        scope=ours,
        surroundings=around,
        startable=(granted, *kept.values),
    )


def _execution_policy(ours: Scope, kept: Secrets, repository_arn: str, log_group_arn: str) -> str:
    """Secrets of the environment by their prefix: one more of them changes no policy."""
    own = [roles.secrets_arn(log_group_arn, ours.secret("*"))] if kept.has_own else []
    keys = {one.kms_key for one in kept.elsewhere if one.kms_key}
    readable = [*own, *(one.arn for one in kept.elsewhere)]
    return roles.execution_policy(repository_arn, log_group_arn, readable, sorted(keys))


def worker(platform: Platform, config: Config, pool: resources.WorkPool) -> aws.ecs.Service | None:
    """The service that runs the pool's worker, where the stack wants one."""
    network, around = config.defaults, platform.surroundings
    if config.worker is None:
        return None
    its_secrets = secrets.referred([around.api_key] if around.api_key else [], around.secret_arns)
    return service.declare(
        platform.scope,
        config.worker,
        dataclasses.replace(around, secret_arns=its_secrets),
        cluster_arn=platform.cluster_arn,
        network=service.Network(
            subnets=network.subnets or (),
            security_groups=network.security_groups or (),
            assign_public_ip=network.assign_public_ip is True,
        ),
        pool=pool.name,
        api_url=api_url(config) or "",
        # ECS starts it at once, and gives up after three tasks that could not read their secrets.
        opts=pulumi.ResourceOptions(depends_on=list(platform.startable)),
    )


def _scope(config: Config, owner: str, parent: pulumi.Resource) -> Scope:
    arguments = provider.arguments(region(config), config.aws.account, os.environ)
    return Scope(
        prefix=config.aws.prefix,
        environment=config.environment,
        owner=owner,
        opts=pulumi.ResourceOptions(
            parent=parent, provider=provider.declare(arguments, pulumi.ResourceOptions(parent=parent))
        ),
    )


def region(config: Config) -> str:
    """Preflight has seen to it that there is one."""
    if config.region is None:
        raise ValueError("aws:region is not set: run the preflight first")
    return config.region


def _images(
    config: Config, desired: Desired, found: Images, repository: aws.ecr.Repository, parent: pulumi.Resource
) -> dict[str, pulumi.Output[str]]:
    opts = pulumi.ResourceOptions(parent=parent)
    if not provider.has_registry(os.environ):
        # Only an emulator on loopback has none, and then every digest is a pinned one (preflight says so).
        return {
            one.name: pulumi.Output.concat(repository.repository_url, "@", found[one.name].digest or "")
            for one in desired.images
        }
    return {
        one.name: resources.Image(
            one.name,
            {
                "repository_url": repository.repository_url,
                "region": region(config),
                "image": one.key,
                "digest": found[one.name].digest,
                "source": found[one.name].source,
                "commit": one.project.commit,
                "tree_key": one.project.tree_key,
                "tag": tags.pin(one.name),
            },
            opts,
        ).uri
        for one in desired.images
    }


def _job_template(
    config: Config,
    home: aws.ecs.Cluster,
    execution: aws.iam.Role,
    flows: aws.iam.Role,
    secret_arns: Mapping[str, pulumi.Output[str]],
) -> pulumi.Output[str]:
    network, key = config.defaults, config.prefect.api_key_secret
    return pulumi.Output.all(
        home.arn, execution.arn, flows.arn, secret_arns[secret_reference.parse(key).name] if key else None
    ).apply(
        lambda known: canonical.dumps(
            ecs_template.job_template(
                cluster=known[0],
                execution_role_arn=known[1],
                task_role_arn=known[2],
                subnets=network.subnets or (),
                security_groups=network.security_groups or (),
                assign_public_ip=network.assign_public_ip is True,
                api_key_secret_arn=known[3],
            )
        )
    )
