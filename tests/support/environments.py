"""Generated desired states of small environments."""

from typing import Any

from hypothesis import strategies

from flowstacks.desired.objects import Desired
from flowstacks.difference.containers import Containers
from tests.support import plans

DIGESTS = ["sha256:" + digit * 64 for digit in "12"]

_DEPLOYMENT = strategies.fixed_dictionaries(
    {
        "parameters": strategies.dictionaries(strategies.sampled_from("xy"), strategies.sampled_from([1, True, "1"])),
        "tags": strategies.sampled_from([[], ["a"], ["a", "b"]]),
        "env": strategies.dictionaries(strategies.just("A"), strategies.sampled_from("12")),
        "paused": strategies.booleans(),
        "schedules": strategies.lists(
            strategies.builds(
                lambda slug, hour, active: {"slug": slug, "cron": f"0 {hour} * * *", "active": active},
                strategies.sampled_from(["s", "t"]), strategies.integers(1, 2), strategies.sampled_from([False, None]),
            ),
            unique_by=lambda one: one["slug"], max_size=2,
        ).map(lambda some: sorted(some, key=lambda one: str(one["slug"]))),
    },
    optional={
        "cpu": strategies.just(2048),
        "memory": strategies.just(8192),
        "ephemeral_storage_gb": strategies.just(40),
        "secrets": strategies.sampled_from([{"PASSWORD": "db"}, {"PASSWORD": "db:password", "KEY": "api"}]),
    },
)  # fmt: skip

_FLOW = strategies.fixed_dictionaries(
    {
        "project_name": strategies.sampled_from(["etl", "web"]),
        "parameters": strategies.sampled_from(
            [
                {},
                *(
                    {"properties": {"x": {"type": kind}}, "required": need}
                    for kind in ("integer", "string")
                    for need in ([], ["x"])
                ),
            ]
        ),
        "names": strategies.dictionaries(strategies.sampled_from("ab"), _DEPLOYMENT),
    }
)


@strategies.composite
def environments(draw: strategies.DrawFn) -> Desired:
    flows: dict[str, Any] = {}
    for name, said in draw(strategies.dictionaries(strategies.sampled_from(["load", "page"]), _FLOW)).items():
        project = said["project_name"]
        deployments = {f"{project}/{name}/{each}": one for each, one in said["names"].items()}
        flows[name] = {"project_name": project, "parameters": said["parameters"], "deployments": deployments}
    commits = {name: draw(strategies.sampled_from("ab")) for name in ("etl", "web")}
    images = draw(strategies.dictionaries(strategies.sampled_from(["etl", "web"]), strategies.sampled_from(DIGESTS)))
    preset = draw(strategies.sampled_from(["default", "portal"]))
    config: dict[str, Any] = {
        "runtime": draw(strategies.sampled_from(["process", "ecs"])),
        "naming": {"preset": preset},
        "repository": {"url": "https://git.test/flows.git", "branch": "trunk"},
        "schedule_policy": draw(strategies.sampled_from(["active", "none"])),
        "release": {"commit": plans.PIN, "images": images},
    }
    projects = {name: {"commit": digit * 40, "tree_key": f"tree-of-{digit}"} for name, digit in commits.items()}
    return plans.environment({"config": config, "projects": projects, "flows": flows})


def inputs(desired: Desired, other: Desired) -> dict[str, dict[str, Any]]:
    """Of the deployments, by resource name, with the container's as a comparison with `other` knows them."""
    containers = Containers(desired, other)
    return {
        deployment.resource_name: {**deployment.props, "job_variables": containers.job_variables(deployment)}
        for deployment in desired.deployments
    }
