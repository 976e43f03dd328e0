"""Tasks that Fargate does not have: size, scratch space, network, variables. Pure."""

from collections.abc import Iterator

from flowstacks.aws import names as aws_names
from flowstacks.checks.check import Finding
from flowstacks.checks.facts import DeploymentFacts
from flowstacks.core.problem import Place
from flowstacks.desired import layers, names
from flowstacks.runtimes import fargate

_LONGEST_FAMILY = 255
_NETWORK = ("subnets", "security_groups", "assign_public_ip")
_IMAGE = "IMAGE"


def size(facts: DeploymentFacts) -> Iterator[Finding]:
    """Fargate has no task of the size that a deployment asks for.

    Remedy: Use a size that the message names.
    """
    for deployment in facts.chosen:
        settings = deployment.settings
        cpu, memory = fargate.size(settings.cpu, settings.memory)
        if unfit := fargate.problem(cpu, memory):
            message, remedy = unfit
            default = f" (cpu is {cpu} where it is not set)" if settings.cpu is None else ""
            has_cpu = cpu in fargate.MEMORY
            place = layers.place_of(
                deployment,
                lambda layer, has_cpu=has_cpu: layer.cpu is not None or (layer.memory is not None and has_cpu),
            )
            yield Finding(place, message + default, remedy, address=deployment.declared.address)


def storage(facts: DeploymentFacts) -> Iterator[Finding]:
    """Fargate has no task with the scratch space that a deployment asks for.

    Remedy: Use a size that the message names.
    """
    for deployment in facts.chosen:
        gib = deployment.settings.ephemeral_storage_gb
        if gib is not None and (unfit := fargate.storage_problem(gib)):
            place = layers.place_of(deployment, lambda layer: layer.ephemeral_storage_gb is not None)
            yield Finding(place, *unfit, address=deployment.declared.address)


def variables(facts: DeploymentFacts) -> Iterator[Finding]:
    """A secret has the name of another variable of the task.

    Botocore 1.43.117, ECS `Secret`: a secret shares its name with no environment variable of the container.

    Remedy: Choose another name, or keep one of them.
    """
    for deployment in facts.chosen:
        reserved = {_IMAGE, *names.run_identity(facts.config, "", deployment.project)}
        for name in sorted(deployment.settings.secrets or {}):
            if name in reserved:
                message, remedy = f"secret variable {name} is set for every run", "Choose another name"
            elif name in (deployment.settings.env or {}):
                message, remedy = f"{name} is both in env and in secrets", "Keep one of them"
            else:
                continue
            place = layers.place_of(
                deployment, lambda layer, name=name: name in {*(layer.env or {}), *(layer.secrets or {})}
            )
            yield Finding(place, message, remedy, address=deployment.declared.address)


def network(facts: DeploymentFacts) -> Iterator[Finding]:
    """A deployment sets its network in an environment that has no subnets, so that it would be ignored.

    A pool without a network has none for its deployments either (`flowstacks.aws.ecs_template`).

    Remedy: Set `flowstacks:defaults.subnets`.
    """
    for deployment in () if facts.config.defaults.subnets else facts.chosen:
        fields = [name for name in _NETWORK if getattr(deployment.settings, name) is not None]
        if fields and deployment.settings.work_pool_name is None:
            place = layers.place_of(
                deployment, lambda layer, fields=fields: any(getattr(layer, name) is not None for name in fields)
            )
            message = f"{fields[0]} would be ignored: the environment's pool has no subnets"
            remedy = "Set flowstacks:defaults.subnets; a deployment's own come before them"
            yield Finding(place, message, remedy, address=deployment.declared.address)


def network_ids(facts: DeploymentFacts) -> Iterator[Finding]:
    """An ID in a declaration has not the form of a subnet's or a security group's.

    Remedy: Copy the ID from AWS.
    """
    for deployment in facts.chosen:
        declared = deployment.declared
        ids = (declared.settings.subnets, declared.settings.security_groups)
        for _, _, message in fargate.network_id_problems(*ids):
            place = Place(declared.file, declared.line)
            yield Finding(place, message, fargate.NETWORK_ID_REMEDY, address=declared.address)


def family(facts: DeploymentFacts) -> Iterator[Finding]:
    """The name of a deployment's task definition is longer than AWS takes.

    Botocore 1.43.117, ECS `RegisterTaskDefinition`; how the name is made: `flowstacks.aws.names`.

    Remedy: Shorten the flow's or the deployment's name.
    """
    for deployment in facts.chosen:
        declared = deployment.declared
        name = aws_names.of_config(facts.config).family(declared.address)
        if len(name) > _LONGEST_FAMILY:
            message = (
                f"a task definition's family has {_LONGEST_FAMILY} characters at most, not {len(name)} as {name!r}"
            )
            remedy = "Shorten the flow's or the deployment's name"
            yield Finding(Place(declared.file, declared.line), message, remedy, address=declared.address)
