"""The types that are served: one line each."""

from flowstacks.aws_plugin.errors import RefusedError
from flowstacks.aws_plugin.kind import AwsKind
from flowstacks.aws_plugin.services import ecr, ecs, ecs_service, iam, logs, secretsmanager

KINDS: tuple[AwsKind, ...] = (
    ecr.EcrRepository(),
    ecr.LifecyclePolicy(),
    ecs.Cluster(),
    ecs.TaskDefinitionKind(),
    ecs_service.Service(),
    iam.Role(),
    iam.RolePolicy(),
    logs.LogGroup(),
    secretsmanager.Secret(),
    secretsmanager.SecretVersion(),
)
_BY_TOKEN = {kind.resource_type: kind for kind in KINDS}


def kind(token: str) -> AwsKind:
    """`token` may carry its parents, as in a URN: `flowstacks:Environment$aws:ecr/repository:Repository`.

    Raises `RefusedError` for a type that is not served.
    """
    served_kind = _BY_TOKEN.get(token.rpartition("$")[2])
    if served_kind is None:
        raise RefusedError(
            f"The stand-in for the AWS plugin does not serve {token}. Served are {', '.join(_BY_TOKEN)}; "
            "install the real plugin for others"
        )
    return served_kind
