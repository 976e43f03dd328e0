"""Secrets of an environment that runs already."""

from tests.support import flows
from tests.support.ecs_workspace import EcsWorkspace

DIGEST = "sha256:" + "a" * 64


def test_a_new_secret_is_previewed_where_it_is_used_and_nowhere_else(ecs: EcsWorkspace) -> None:
    def release(**secrets: str) -> None:
        ecs.commit(**{
            "flows/etl/load.py": flows.declared("load", {"name": "daily", "secrets": secrets}),
            "flows/greet/hello.py": flows.BARE,
        })  # fmt: skip
        images = dict.fromkeys(("etl", "greet"), DIGEST)
        (subnet, *_) = ecs.client("ec2").describe_subnets()["Subnets"]
        ecs.configure({
            "release": {"commit": ecs.git("rev-parse", "HEAD"), "images": images},
            "worker": {"image": "prefect-aws:0"}, "defaults": {"subnets": [subnet["SubnetId"]]},
            "prefect": {"api_key_secret": "key"},
        })  # fmt: skip

    release(OLD="old")
    ecs.up()
    untouched = ecs.task_definition("greet")
    release(OLD="old", NEW="new")
    planned = ecs.preview().operations
    assert planned == {
        "Secret new": "create",
        "TaskDefinition etl/load/daily": "replace",
        f"Deployment load/daily--{ecs.stack}": "update",
    }
    ecs.up()
    assert ecs.task_definition("greet") == untouched
    assert ecs.preview().operations == {}
