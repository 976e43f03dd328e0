"""Services of the Elastic Container Service. The emulator runs no task of theirs."""

from typing import Any, ClassVar, cast

from typing_extensions import override

from flowstacks.aws_plugin.errors import RefusedError
from flowstacks.aws_plugin.kind import AwsKind, Created
from flowstacks.aws_plugin.properties import equality, tags, validity
from flowstacks.aws_plugin.properties.values import Plain, Props, text, texts
from flowstacks.aws_plugin.services import ecs
from flowstacks.aws_plugin.session import Answer, Emulator

_GONE = frozenset({"ClusterNotFoundException", "ServiceNotFoundException"})
_FORGOTTEN = "nothing here uses it and the emulator (moto 5.2.5) does not keep it. Leave it out"
_API_NAMES = {
    "availabilityZoneRebalancing": "availabilityZoneRebalancing",
    "enableEcsManagedTags": "enableECSManagedTags",
    "enableExecuteCommand": "enableExecuteCommand",
    "platformVersion": "platformVersion",
    "propagateTags": "propagateTags",
    "taskDefinition": "taskDefinition",
}
_ROLLOUT = {
    "deploymentCircuitBreaker": "deploymentCircuitBreaker",
    "deploymentMaximumPercent": "maximumPercent",
    "deploymentMinimumHealthyPercent": "minimumHealthyPercent",
}


def same_tail(old: Plain, new: Plain) -> bool:
    """An ARN and the name at its end: AWS answers with the one, the program may say the other."""
    return isinstance(old, str) and isinstance(new, str) and old.rpartition("/")[2] == new.rpartition("/")[2]


def same_network(old: Plain, new: Plain) -> bool:
    """Subnets and security groups have no order; no word on public addresses means none."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return False
    return all(
        equality.same_set(old.get(name) or [], new.get(name) or []) for name in ("subnets", "securityGroups")
    ) and bool(old.get("assignPublicIp")) == bool(new.get("assignPublicIp"))


class Service(AwsKind):
    """ID: the ARN.

    `waitForSteadyState` is taken and waits for nothing: where no task runs there is no steady state to come.
    """

    resource_type = "aws:ecs/service:Service"
    source = "terraform-provider-aws v6, internal/service/ecs/service.go"
    replaced: ClassVar = {
        "cluster": "part of the identity",
        "name": "the API has no rename",
        "launchType": "chosen at creation only",
        "schedulingStrategy": "chosen at creation only",
    }
    updated = frozenset({*_API_NAMES, *_ROLLOUT, "desiredCount", "networkConfiguration", "tags"})
    defaults: ClassVar = {
        "deploymentMaximumPercent": 200,
        "deploymentMinimumHealthyPercent": 100,
        "enableEcsManagedTags": False,
        "enableExecuteCommand": False,
        "schedulingStrategy": "REPLICA",
        "waitForSteadyState": False,
    }
    filled = frozenset(
        {"region", "cluster", "launchType", "platformVersion", "availabilityZoneRebalancing"}
        # Not computed, but a block that goes away is no difference (`SuppressMissingOptionalConfigurationBlock`).
        | {"deploymentCircuitBreaker"}
    )
    kept = frozenset({"forceDelete", "forceNewDeployment", "sigintRollback", "waitForSteadyState"})
    checked: ClassVar = {
        "availabilityZoneRebalancing": validity.among("ENABLED", "DISABLED"),
        "launchType": validity.among("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"),
        "propagateTags": validity.among("TASK_DEFINITION", "SERVICE", "NONE"),
        "schedulingStrategy": validity.among("REPLICA", "DAEMON"),
    }
    equal: ClassVar = {"cluster": same_tail, "taskDefinition": same_tail, "networkConfiguration": same_network}
    unserved: ClassVar = {
        **dict.fromkeys(
            ("alarms", "deploymentConfiguration", "serviceConnectConfiguration", "volumeConfiguration"), _FORGOTTEN
        ),
        "capacityProviderStrategies": "clusters here have no capacity providers. Use launchType",
        "deploymentController": "ECS's own rolling update is the only one here. Leave it out",
        "triggers": "a change of the task definition rolls the service out. Leave it out",
        **dict.fromkeys(
            ("healthCheckGracePeriodSeconds", "iamRole", "loadBalancers", "serviceRegistries"),
            "a worker serves nobody, so nothing balances or finds it. Leave it out",
        ),
        "vpcLatticeConfigurations": "a worker serves nobody. Leave it out",
        **dict.fromkeys(("orderedPlacementStrategies", "placementConstraints"), "Fargate has none. Leave it out"),
    }

    @override
    def create(self, aws: Emulator, inputs: Props) -> Created:
        cluster, name = inputs.get("cluster"), text(inputs, "name")
        if _find(aws, cluster, name):
            # The emulator would overwrite the other one silently.
            raise RefusedError(
                "InvalidParameterException: Creation of service was not idempotent: "
                f"the cluster has a service {name} already. Delete it, import it or take another name"
            )
        service = aws.call(
            "ecs",
            "create_service",
            cluster=cluster,
            serviceName=name,
            desiredCount=inputs.get("desiredCount", 0),
            launchType=inputs.get("launchType"),
            schedulingStrategy=inputs.get("schedulingStrategy"),
            networkConfiguration=_network(inputs),
            deploymentConfiguration=_rollout(inputs),
            tags=tags.pairs(texts(inputs["tagsAll"]), *ecs.TAG_WORDS),
            **_simple(inputs),
        )["service"]
        # The emulator takes all this at creation and forgets half of it; at an update it keeps everything (moto 5.2.5).
        aws.call(
            "ecs",
            "update_service",
            cluster=cluster,
            service=service["serviceArn"],
            deploymentConfiguration=_rollout(inputs),
            **_simple(inputs),
        )
        return Created(service["serviceArn"])

    @override
    def read(self, aws: Emulator, identity: str, state: Props) -> Props | None:
        service = _find(aws, _cluster(identity), identity)
        if service is None:
            return None
        rollout = service.get("deploymentConfiguration", {})
        properties = {name: cast("Plain", service.get(api)) for name, api in _API_NAMES.items()}
        if properties["propagateTags"] == "NONE" and state.get("propagateTags") != "NONE":
            properties["propagateTags"] = None  # so the real one: `NONE` and nothing said are the same
        return {
            **properties,
            **{name: rollout.get(api) for name, api in _ROLLOUT.items()},
            "arn": service["serviceArn"],
            "cluster": service["clusterArn"],
            "desiredCount": service["desiredCount"],
            "launchType": service.get("launchType"),
            "name": service["serviceName"],
            "networkConfiguration": _read_network(service),
            "schedulingStrategy": service.get("schedulingStrategy"),
            "tagsAll": tags.mapping(service.get("tags", []), *ecs.TAG_WORDS),
        }

    @override
    def update(self, aws: Emulator, identity: str, before: Props, after: Props) -> None:
        changed = {name for name in self.updated if not self.means_same(name, before.get(name), after.get(name))}
        if changed - {"tags"}:
            aws.call(
                "ecs",
                "update_service",
                cluster=_cluster(identity),
                service=identity,
                forceNewDeployment=after.get("forceNewDeployment") is True,
                desiredCount=after.get("desiredCount", 0) if "desiredCount" in changed else None,
                networkConfiguration=_network(after) if "networkConfiguration" in changed else None,
                deploymentConfiguration=_rollout(after) if changed & _ROLLOUT.keys() else None,
                **{_API_NAMES[name]: after.get(name) for name in changed & _API_NAMES.keys()},
            )
        ecs.retag(aws, identity, before, after)

    @override
    def delete(self, aws: Emulator, identity: str, state: Props) -> None:
        cluster, force = _cluster(identity), state.get("forceDelete") is True
        service = _find(aws, cluster, identity)
        if service is None:
            return
        if service["status"] != "DRAINING" and not force:
            aws.call("ecs", "update_service", cluster=cluster, service=identity, desiredCount=0)
        aws.find("ecs", "delete_service", _GONE, cluster=cluster, service=identity, force=force)


def _find(aws: Emulator, cluster: Plain, service: str) -> Answer | None:
    answer = aws.find("ecs", "describe_services", _GONE, cluster=cluster, services=[service], include=["TAGS"])
    # A deleted service stays visible as INACTIVE for a while; an unknown one is listed under `failures`.
    services = [item for item in answer["services"] if item["status"] != ecs.INACTIVE] if answer else []
    return services[0] if services else None


def _cluster(arn: str) -> str:
    """`arn:aws:ecs:REGION:ACCOUNT:service/CLUSTER/NAME` → `CLUSTER`."""
    return arn.split("/")[1]


def _simple(inputs: Props) -> dict[str, Plain]:
    return {api: inputs[name] for name, api in _API_NAMES.items() if name in inputs}


def _rollout(inputs: Props) -> dict[str, Plain]:
    return {api: inputs[name] for name, api in _ROLLOUT.items() if name in inputs}


def _network(inputs: Props) -> dict[str, Any] | None:
    network = inputs.get("networkConfiguration")
    if not isinstance(network, dict):
        return None
    vpc: dict[str, Any] = {
        "subnets": network["subnets"],
        "securityGroups": network.get("securityGroups") or [],
        "assignPublicIp": "ENABLED" if network.get("assignPublicIp") else "DISABLED",
    }
    return {"awsvpcConfiguration": vpc}


def _read_network(service: Answer) -> Plain:
    network = service.get("networkConfiguration", {}).get("awsvpcConfiguration")
    if not network:
        return None
    return {
        "subnets": network["subnets"],
        "securityGroups": network.get("securityGroups", []),
        "assignPublicIp": network.get("assignPublicIp") == "ENABLED",
    }
