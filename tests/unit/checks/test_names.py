from flowstacks.checks.inputs import names
from flowstacks.core.problem import Place
from flowstacks.stack.config import Config
from tests.support import checks, manifests
from tests.support.manifests import PIN


def _messages(*projects: str) -> list[str]:
    stack = Config.model_validate(
        {"environment": "staging", "runtime": "ecs", "schedule_policy": "none", "release": {"commit": PIN}}
    )
    manifest = manifests.manifest(
        *(manifests.flow("load", manifests.deployment(f"{name}/load/a"), project_name=name) for name in projects),
        projects=tuple(manifests.project(name) for name in projects),
    )
    facts = checks.input_facts(stack, {PIN: manifest}, lambda _: Place("Pulumi.staging.yaml", 3))
    return [finding.message for finding in names.shared_in_aws(facts)]


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
