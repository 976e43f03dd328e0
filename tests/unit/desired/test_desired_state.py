import json
from typing import Any

import pytest

from flowstacks.core.problem import Place
from flowstacks.desired import choice, desired_state
from flowstacks.desired.objects import Desired
from flowstacks.desired.recipe import Source
from flowstacks.discovery.manifest import Manifest
from flowstacks.provider.kinds.deployment import DeploymentInputs
from flowstacks.provider.kinds.work_pool import WorkPoolInputs
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config
from tests.support import manifests
from tests.support.manifests import EFFECTIVE, PIN

_SOURCE = Source(url="https://git.test/flows.git", credentials=None, checkout="/checkout")
_HELD = "aaaa" * 10


def _config(**fields: Any) -> Config:
    values = {
        "environment": "staging", "runtime": "process", "schedule_policy": "paused", "release": {"commit": PIN},
    }  # fmt: skip
    return Config.model_validate({**values, **fields})


def _desired(config: Config, manifest: Manifest, **others: Manifest) -> Desired:
    found = {PIN: manifest, **others}
    chosen = choice.choose(config, found, lambda _: Place("Pulumi.staging.yaml", 7))
    return desired_state.compose(config, RUNTIMES[config.runtime], "flowstacks/staging", _SOURCE, chosen)


def _props(config: Config, manifest: Manifest, address: str) -> dict[str, Any]:
    found = {one.address: dict(one.props) for one in _desired(config, manifest).deployments}
    return found[address]


_DAILY = manifests.manifest(
    manifests.flow(
        "daily-load",
        manifests.deployment(
            "etl/daily-load/nightly", parameters={"days": 2}, tags=("team:x", "team:x"), env={"A": "1"},
            schedules=({"cron": "0 4 * * *", "timezone": "Europe/Oslo"},),
        ),
    ),
)  # fmt: skip


def test_the_exact_inputs_of_a_declared_deployment() -> None:
    props = _props(_config(), _DAILY, "etl/daily-load/nightly")
    assert props == {
        "owner": "flowstacks/staging",
        "name": "nightly--staging",
        "flow_name": "daily-load",
        "entrypoint": "flows/etl/daily-load.py:daily_load",
        "path": None,
        "work_pool_name": "process-staging",
        "work_queue_name": "default",
        "parameters": '{"days":2}',
        "parameter_openapi_schema": props["parameter_openapi_schema"],
        "enforce_parameter_schema": True,
        "description": "What it does.",
        "tags": ["PROJECT_NAME=etl", f"COMMIT_HASH={EFFECTIVE}", "PACKAGE_VERSION=1.2.0", "team:x"],
        "version": "1.2.0-51aa51aa51aa",
        "paused": None,
        "pull_steps": props["pull_steps"],
        "job_variables": {
            "command": "uv run --isolated --no-project --quiet --python '>=3.11' --with prefect==3.9.1 "
            "--with humanize==4.9.0 prefect flow-run execute",
            "env": {
                "A": "1", "DEPLOYMENT_NAME": "nightly--staging", "DEPLOYMENT_ENVIRONMENT": "staging",
                "COMMIT_HASH": EFFECTIVE,
            },
        },
        "schedules": [{"slug": "schedule-1", "cron": "0 4 * * *", "timezone": "Europe/Oslo", "active": False}],
    }  # fmt: skip
    assert json.loads(props["pull_steps"]) == [
        {
            "prefect.deployments.steps.git_clone": {
                "id": "clone", "repository": "https://git.test/flows.git", "commit_sha": EFFECTIVE,
                "clone_directory_name": f"flows-{EFFECTIVE}",
            }
        }
    ]  # fmt: skip


def test_the_provider_takes_them() -> None:
    wanted = _desired(_config(), _DAILY)
    for one in wanted.deployments:
        DeploymentInputs.model_validate({**one.props, "work_pool_id": "id"})
    for pool in wanted.work_pools:
        WorkPoolInputs.model_validate(pool.props)


def test_a_bare_flow_is_named_after_the_environment() -> None:
    bare = manifests.manifest(manifests.flow("hello", manifests.deployment("etl/hello/default", is_default=True)))
    wanted = _desired(_config(), bare)
    assert [one.resource_name for one in wanted.deployments] == ["hello/staging"]


def test_merge_order_is_defaults_then_declaration_then_overrides_broad_before_narrow() -> None:
    config = _config(
        defaults={"env": {"A": "0", "D": "0"}, "description": "default"},
        overrides={
            "etl/daily-load": {"env": {"C": "narrow"}, "parameters": {"days": 9}},
            "etl/**": {"env": {"B": "broad", "C": "broad"}, "paused": True},
        },
    )
    props = _props(config, _DAILY, "etl/daily-load/nightly")
    env = props["job_variables"]["env"]
    assert {key: env[key] for key in "ABCD"} == {"A": "1", "B": "broad", "C": "narrow", "D": "0"}
    assert (props["parameters"], props["paused"], props["description"]) == ('{"days":9}', True, "default")


def test_a_run_knows_who_it_is_whatever_anybody_says() -> None:
    config = _config(defaults={"env": {"DEPLOYMENT_NAME": "forged"}})
    assert _props(config, _DAILY, "etl/daily-load/nightly")["job_variables"]["env"]["DEPLOYMENT_NAME"] == (
        "nightly--staging"
    )


@pytest.mark.parametrize(
    ("policy", "declared", "override", "active"),
    [
        ("paused", None, None, [False]),
        ("active", None, None, [True]),
        ("none", None, None, []),
        ("paused", True, None, [False]),
        ("active", False, None, [False]),
        ("paused", None, True, [True]),
        ("active", None, False, [False]),
        ("none", None, True, []),
    ],
)
def test_schedules_follow_the_policy(
    policy: str, declared: bool | None, override: bool | None, active: list[bool]
) -> None:
    schedule = {"cron": "0 4 * * *", "active": declared}
    flows = manifests.manifest(manifests.flow("f", manifests.deployment("etl/f/d", schedules=(schedule,))))
    overrides = {"etl/f": {"schedules": [{**schedule, "active": override}]}} if override is not None else {}
    props = _props(_config(schedule_policy=policy, overrides=overrides), flows, "etl/f/d")
    assert [one["active"] for one in props["schedules"]] == active


def test_what_is_not_deployed_is_left_out_and_a_narrower_word_brings_it_back() -> None:
    flows = manifests.manifest(
        manifests.flow("f", manifests.deployment("etl/f/a"), manifests.deployment("etl/f/b")),
    )
    config = _config(overrides={"etl/**": {"deployed": False}, "etl/f/b": {"deployed": True}})
    assert [one.address for one in _desired(config, flows).deployments] == ["etl/f/b"]


def test_without_a_release_there_is_a_pool_and_nothing_else() -> None:
    wanted = _desired(_config(release=None), _DAILY)
    assert [pool.name for pool in wanted.work_pools] == ["process-staging"]
    assert wanted.deployments == ()


def test_a_held_deployment_comes_from_its_own_commit() -> None:
    older = manifests.manifest(
        manifests.flow("f", manifests.deployment("etl/f/a", description="old"), manifests.deployment("etl/f/gone")),
        projects=(manifests.project(commit=_HELD),),
    )
    newer = manifests.manifest(
        manifests.flow(
            "f", manifests.deployment("etl/f/a", description="new"), manifests.deployment("etl/f/b", description="new")
        ),
    )
    wanted = _desired(_config(overrides={"etl/f/a": {"commit": _HELD}}), newer, **{_HELD: older})
    assert [(one.address, one.project.commit, one.props["description"]) for one in wanted.deployments] == [
        ("etl/f/a", _HELD, "old"),
        ("etl/f/b", EFFECTIVE, "new"),
    ]


def test_settings_of_one_deployment_never_reach_another() -> None:
    shared = {"A": "1"}
    flows = manifests.manifest(
        manifests.flow("f", manifests.deployment("etl/f/a", env=shared), manifests.deployment("etl/f/b", env=shared)),
    )
    config = _config(overrides={"etl/f/a": {"env": {"B": "2"}}})
    assert "B" not in _props(config, flows, "etl/f/b")["job_variables"]["env"]
    assert shared == {"A": "1"}


_DIGEST, _OTHER = ("sha256:" + digit * 64 for digit in "ab")


def _on_ecs(**fields: Any) -> Config:
    return _config(runtime="ecs", **{"release": {"commit": PIN, "images": {"etl": _DIGEST}}, **fields})


_TWO = manifests.manifest(
    manifests.flow(
        "daily-load",
        manifests.deployment("etl/daily-load/small"),
        manifests.deployment("etl/daily-load/big", cpu=2048),
    )
)


def test_on_ecs_deployments_share_a_task_definition_unless_they_say_otherwise() -> None:
    found = _desired(_on_ecs(), _TWO)
    assert {one.address: one.task_definition for one in found.deployments} == {
        "etl/daily-load/small": "etl", "etl/daily-load/big": "etl/daily-load/big",
    }  # fmt: skip
    assert {one.task.key: (one.task.cpu, one.image) for one in found.task_definitions} == {
        "etl": (1024, "etl"), "etl/daily-load/big": (2048, "etl"),
    }  # fmt: skip
    assert [(one.name, one.digest, one.pinned_at) for one in found.images] == [
        ("etl", _DIGEST, ("flowstacks:release", "images", "etl"))
    ]
    assert [pool.name for pool in found.work_pools] == ["ecs-staging"]


def test_an_image_without_a_pin_is_the_commits_matter() -> None:
    (image,) = _desired(_on_ecs(release={"commit": PIN}), _TWO).images
    assert (image.digest, image.pinned_at) == (None, ("flowstacks:release", "commit"))


def test_what_is_held_at_an_image_moves_apart_from_the_release() -> None:
    found = _desired(_on_ecs(overrides={"etl/*/small": {"image": _OTHER}}), _TWO)
    assert {one.name: (one.digest, one.pinned_at) for one in found.images} == {
        "etl": (_DIGEST, ("flowstacks:release", "images", "etl")),
        "etl@" + "b" * 12: (_OTHER, ("flowstacks:overrides", "etl/*/small", "image")),
    }
    held = next(one for one in found.task_definitions if one.image != "etl")
    assert held.task.key == "etl/daily-load/small"


def test_what_is_held_at_a_commit_runs_that_commits_image() -> None:
    older = _TWO.model_copy(update={"projects": (manifests.project(commit="bbbb" * 10),)})
    found = _desired(_on_ecs(overrides={"etl/*/small": {"commit": _HELD}}), _TWO, **{_HELD: older})
    held = next(one for one in found.images if one.name != "etl")
    assert (held.name, held.digest) == ("etl@bbbbbbbbbbbb", None)
    assert held.pinned_at == ("flowstacks:overrides", "etl/*/small", "commit")


def test_process_needs_no_images() -> None:
    found = _desired(_config(), _TWO)
    assert (found.images, found.task_definitions) == ((), ())
