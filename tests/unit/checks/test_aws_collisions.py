from flowstacks.checks import aws_collisions
from flowstacks.core.problem import Place
from flowstacks.desired import choice, desired_state
from flowstacks.desired.recipe import Source
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config
from tests.support import manifests
from tests.support.manifests import PIN

_SOURCE = Source(url="https://git.test/flows.git", credentials=None, checkout="/checkout")


def _messages(*projects: str) -> list[str]:
    stack = Config.model_validate(
        {"environment": "staging", "runtime": "ecs", "schedule_policy": "none", "release": {"commit": PIN}}
    )
    manifest = manifests.manifest(
        *(manifests.flow("load", manifests.deployment(f"{name}/load/a"), project_name=name) for name in projects),
        projects=tuple(manifests.project(name) for name in projects),
    )
    chosen = choice.choose(stack, {PIN: manifest}, lambda _: Place("Pulumi.staging.yaml", 0))
    wanted = desired_state.compose(stack, RUNTIMES[stack.runtime], "flowstacks/staging", _SOURCE, chosen)
    return [one.message for one in aws_collisions.check(stack, wanted, lambda _: Place("Pulumi.staging.yaml", 3))]


def test_projects_that_aws_can_not_tell_apart_are_told() -> None:
    assert _messages("etl x", "etl.x") == [
        "etl x and etl.x would share the task definition family 'flowstacks-staging-etl-x'",
    ]
    assert _messages("etl x", "etl-x") == [
        "etl x and etl-x would share the task definition family 'flowstacks-staging-etl-x'",
        "etl x and etl-x would share the image tag 'pin-etl-x'",
    ]


def test_projects_with_names_of_their_own_are_fine() -> None:
    assert _messages("etl", "etl-x") == []
