"""Elastic Container Service."""

import json
from typing import ClassVar, cast

from typing_extensions import override

from flowstacks.aws_plugin.kind import AwsKind, Created
from flowstacks.aws_plugin.properties import equality, tags, validity
from flowstacks.aws_plugin.properties.values import Plain, Props, text, texts
from flowstacks.aws_plugin.services import containers
from flowstacks.aws_plugin.session import Answer, Emulator

TAG_WORDS = ("key", "value")
INACTIVE = "INACTIVE"
"""What AWS calls an object that is deleted."""


class Cluster(AwsKind):
    """ID: the ARN."""

    resource_type = "aws:ecs/cluster:Cluster"
    source = "terraform-provider-aws v6, internal/service/ecs/cluster.go"
    replaced: ClassVar = {"name": "the API has no rename"}
    updated = frozenset({"settings", "tags"})
    filled = frozenset({"region", "settings"})
    checked: ClassVar = {"name": validity.spelled("0-9A-Za-z_-", 255)}
    equal: ClassVar = {"settings": equality.same_set}
    unserved: ClassVar = {
        "configuration": "its nested names differ from the API's and nothing here uses it. Leave it out",
        "serviceConnectDefaults": "flows run as tasks, not services. Leave it out",
    }

    @override
    def create(self, aws: Emulator, inputs: Props) -> Created:
        answer = aws.call(
            "ecs",
            "create_cluster",
            clusterName=inputs["name"],
            settings=inputs.get("settings"),
            tags=tags.pairs(texts(inputs["tagsAll"]), *TAG_WORDS),
        )
        return Created(answer["cluster"]["clusterArn"])

    @override
    def read(self, aws: Emulator, identity: str, state: Props) -> Props | None:
        answer = aws.call("ecs", "describe_clusters", clusters=[identity], include=["TAGS", "SETTINGS"])
        # A deleted cluster stays visible as INACTIVE for a while; an unknown one is listed under `failures`.
        clusters = [cluster for cluster in answer["clusters"] if cluster["status"] != INACTIVE]
        if not clusters:
            return None
        return {
            "arn": clusters[0]["clusterArn"],
            "name": clusters[0]["clusterName"],
            "settings": clusters[0].get("settings"),
            "tagsAll": tags.mapping(clusters[0].get("tags", []), *TAG_WORDS),
        }

    @override
    def update(self, aws: Emulator, identity: str, before: Props, after: Props) -> None:
        settings = after.get("settings")
        if settings and not equality.same_set(before.get("settings"), settings):
            aws.call("ecs", "update_cluster", cluster=identity, settings=settings)
        retag(aws, identity, before, after)

    @override
    def delete(self, aws: Emulator, identity: str, state: Props) -> None:
        aws.find("ecs", "delete_cluster", {"ClusterNotFoundException"}, cluster=identity)


class TaskDefinitionKind(AwsKind):
    """ID: the family. Every change but tags makes a new revision; the old one is deregistered then."""

    resource_type = "aws:ecs/taskDefinition:TaskDefinition"
    source = "terraform-provider-aws v6, internal/service/ecs/task_definition.go"
    replaced: ClassVar = dict.fromkeys(
        (
            "containerDefinitions", "cpu", "ephemeralStorage", "executionRoleArn", "family", "ipcMode", "memory",
            "networkMode", "pidMode", "requiresCompatibilities", "runtimePlatform", "taskRoleArn", "volumes",
        ),
        "a revision can't be changed once it is registered",
    )  # fmt: skip
    updated = frozenset({"tags"})
    defaults: ClassVar = {"skipDestroy": False, "trackLatest": False}
    filled = frozenset({"region", "networkMode"})
    kept = frozenset({"skipDestroy", "trackLatest"})
    checked: ClassVar = {
        "family": validity.spelled("0-9A-Za-z_-", 255),
        "ephemeralStorage.sizeInGib": validity.within(21, 200),
        "executionRoleArn": validity.arn,
        "ipcMode": validity.among("host", "task", "none"),
        "networkMode": validity.among("bridge", "host", "awsvpc", "none"),
        "pidMode": validity.among("host", "task"),
        "requiresCompatibilities": validity.among("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"),
        "runtimePlatform.cpuArchitecture": validity.among("X86_64", "ARM64"),
        "taskRoleArn": validity.arn,
    }
    equal: ClassVar = {
        "containerDefinitions": containers.same,
        "requiresCompatibilities": equality.same_set,
        "volumes": equality.same_set,
    }
    unserved: ClassVar = {
        "enableFaultInjection": "the emulator (moto 5.2.5) does not keep it. Leave it out",
        "placementConstraints": "Fargate has none. Leave it out",
        "proxyConfiguration": "flows need no App Mesh. Leave it out",
        **{
            f"volumes.{name}": "flows have scratch space only. Leave it out, or install the real plugin"
            for name in (
                "configureAtLaunch", "dockerVolumeConfiguration", "efsVolumeConfiguration",
                "fsxWindowsFileServerVolumeConfiguration", "hostPath", "s3filesVolumeConfiguration",
            )
        },
    }  # fmt: skip
    named = False

    @override
    def create(self, aws: Emulator, inputs: Props) -> Created:
        storage = inputs.get("ephemeralStorage")
        definition = aws.call(
            "ecs",
            "register_task_definition",
            family=inputs["family"],
            containerDefinitions=containers.parsed(inputs["containerDefinitions"]),
            cpu=inputs.get("cpu"),
            memory=inputs.get("memory"),
            executionRoleArn=inputs.get("executionRoleArn"),
            taskRoleArn=inputs.get("taskRoleArn"),
            ipcMode=inputs.get("ipcMode"),
            pidMode=inputs.get("pidMode"),
            networkMode=inputs.get("networkMode"),
            requiresCompatibilities=inputs.get("requiresCompatibilities"),
            runtimePlatform=inputs.get("runtimePlatform"),
            ephemeralStorage={"sizeInGiB": storage["sizeInGib"]} if isinstance(storage, dict) else None,
            volumes=inputs.get("volumes"),
            tags=tags.pairs(texts(inputs["tagsAll"]), *TAG_WORDS),
        )["taskDefinition"]
        return Created(definition["family"], {"arn": definition["taskDefinitionArn"]})

    @override
    def read(self, aws: Emulator, identity: str, state: Props) -> Props | None:
        reference = identity if state.get("trackLatest") is True else text(state, "arn")
        answer = aws.find(
            "ecs", "describe_task_definition", {"ClientException"}, taskDefinition=reference, include=["TAGS"]
        )
        if answer is None or answer["taskDefinition"]["status"] == INACTIVE:
            return None
        return {
            **_task_definition(answer["taskDefinition"]),
            "tagsAll": tags.mapping(answer.get("tags", []), *TAG_WORDS),
        }

    @override
    def update(self, aws: Emulator, identity: str, before: Props, after: Props) -> None:
        retag(aws, text(before, "arn"), before, after)

    @override
    def delete(self, aws: Emulator, identity: str, state: Props) -> None:
        if state.get("skipDestroy") is not True:
            aws.find("ecs", "deregister_task_definition", {"ClientException"}, taskDefinition=state["arn"])


def _task_definition(definition: Answer) -> Props:
    arn = str(definition["taskDefinitionArn"])
    storage = definition.get("ephemeralStorage")
    return {
        "arn": arn,
        "arnWithoutRevision": arn.rpartition(":")[0],
        "revision": definition["revision"],
        "containerDefinitions": json.dumps(definition["containerDefinitions"], sort_keys=True),
        "ephemeralStorage": {"sizeInGib": storage["sizeInGiB"]} if storage else None,
        "volumes": [{"name": volume["name"]} for volume in definition.get("volumes", [])],
        **{
            name: cast("Plain", definition.get(name))
            for name in (
                "cpu", "executionRoleArn", "family", "ipcMode", "memory", "networkMode", "pidMode",
                "requiresCompatibilities", "runtimePlatform", "taskRoleArn",
            )
        },
    }  # fmt: skip


def retag(aws: Emulator, arn: str, before: Props, after: Props) -> None:
    """Bring the tags of any of this service's objects."""
    to_set, to_remove = tags.changed(texts(before.get("tagsAll")), texts(after["tagsAll"]))
    if to_set:
        aws.call("ecs", "tag_resource", resourceArn=arn, tags=tags.pairs(to_set, *TAG_WORDS))
    if to_remove:
        aws.call("ecs", "untag_resource", resourceArn=arn, tagKeys=to_remove)
