"""What no Fargate task could be: size, scratch space, network, variables. Pure."""

from collections.abc import Iterator, Sequence

from flowstacks.aws import names as aws_names
from flowstacks.checks import job_variables
from flowstacks.core import problem
from flowstacks.desired import layers, names
from flowstacks.desired.choice import ChosenDeployment
from flowstacks.runtimes import fargate
from flowstacks.stack.config import Config

_LONGEST_FAMILY = 255
_NETWORK = ("subnets", "security_groups", "assign_public_ip")
_IMAGE = "IMAGE"


def check(stack: Config, chosen: Sequence[ChosenDeployment]) -> Iterator[problem.Problem]:
    """All findings, each at the layer that says it last."""
    for one in chosen:
        yield from _size(one)
        yield from _storage(one)
        yield from _variables(stack, one)
        yield from _network(stack, one)
        yield from job_variables.reserved(one)
        yield from _family(stack, one)


def _size(one: ChosenDeployment) -> Iterator[problem.Problem]:
    said = one.settings
    cpu, memory = fargate.size(said.cpu, said.memory)
    if unfit := fargate.problem(cpu, memory):
        message, remedy = unfit
        unsaid = f" (cpu is {cpu} where none is said)" if said.cpu is None else ""
        is_cpu = cpu not in fargate.MEMORY
        place = layers.place_of(one, lambda layer: layer.cpu is not None or (layer.memory is not None and not is_cpu))
        yield problem.error("fargate-size", place, message + unsaid, remedy, address=one.declared.address)


def _storage(one: ChosenDeployment) -> Iterator[problem.Problem]:
    said = one.settings.ephemeral_storage_gb
    if said is not None and (unfit := fargate.storage_problem(said)):
        place = layers.place_of(one, lambda layer: layer.ephemeral_storage_gb is not None)
        yield problem.error("fargate-storage", place, *unfit, address=one.declared.address)


def _variables(stack: Config, one: ChosenDeployment) -> Iterator[problem.Problem]:
    """Botocore 1.43.117, ECS `Secret`: a secret shares its name with no environment variable of the container."""
    ours = {_IMAGE, *names.run_identity(stack, "", one.project)}
    for name in sorted(one.settings.secrets or {}):
        if name in ours:
            message, remedy = f"secret variable {name} is set for every run", "Choose another name"
        elif name in (one.settings.env or {}):
            message, remedy = f"{name} is both in env and in secrets", "Keep one of them"
        else:
            continue
        place = layers.place_of(one, lambda layer, name=name: name in {*(layer.env or {}), *(layer.secrets or {})})
        yield problem.error("variable-taken", place, message, remedy, address=one.declared.address)


def _network(stack: Config, one: ChosenDeployment) -> Iterator[problem.Problem]:
    """A pool without a network has none for its deployments either (`flowstacks.runtimes.ecs_template`)."""
    if stack.defaults.subnets or one.settings.work_pool_name is not None:
        return
    said = [name for name in _NETWORK if getattr(one.settings, name) is not None]
    if said:
        place = layers.place_of(one, lambda layer: any(getattr(layer, name) is not None for name in said))
        message = f"{said[0]} would be ignored: the environment's pool has no subnets"
        remedy = "Set flowstacks:defaults.subnets; a deployment's own come before them"
        yield problem.error("no-subnets", place, message, remedy, address=one.declared.address)


def _family(stack: Config, one: ChosenDeployment) -> Iterator[problem.Problem]:
    """Family: botocore 1.43.117, ECS `RegisterTaskDefinition`; how it is made: `flowstacks.aws.names`."""
    longest = aws_names.of_config(stack).family(one.declared.address)
    if len(longest) > _LONGEST_FAMILY:
        place = problem.Place(one.declared.file, one.declared.line)
        message = (
            f"a task definition's family has {_LONGEST_FAMILY} characters at most, not {len(longest)} as {longest!r}"
        )
        yield problem.error(
            "bad-aws-name", place, message, "Shorten the flow's or the deployment's name", address=one.declared.address
        )
