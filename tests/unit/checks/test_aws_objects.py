from flowstacks.aws.names import OWNER_TAG, Names
from flowstacks.checks import registry
from flowstacks.checks.facts import AwsFacts, AwsObject, AwsSecret
from flowstacks.core.problem import Place
from flowstacks.stack.config import Config
from tests.support import checks

_NAMES = Names(prefix="flowstacks", environment="staging")
_OURS = {OWNER_TAG: "flowstacks/staging"}


def _found(*secrets: AwsSecret, objects: tuple[AwsObject, ...] = ()) -> list[tuple[str, str, str]]:
    facts = AwsFacts(
        config=Config.model_validate({"environment": "staging", "runtime": "ecs", "schedule_policy": "none"}),
        owner="flowstacks/staging",
        names=_NAMES,
        objects=objects,
        secrets=secrets,
        secret_names=["token"],
        place=Place("Pulumi.staging.yaml", 3),
    )
    return [(found.code, found.message, found.remedy) for found in checks.problems(registry.AWS, facts)]


def _secret(name: str, tags: dict[str, str], until: str | None) -> AwsSecret:
    return AwsSecret(name=name, tags=tags, until=until)


def test_our_own_and_those_that_nobody_asks_for_are_fine() -> None:
    assert _found() == []
    assert _found(_secret("flowstacks/staging/token", _OURS, None)) == []
    assert _found(_secret("flowstacks/staging/token2", {}, "2026-12-21")) == []


def test_a_deleted_one_is_told_with_both_ways_out() -> None:
    ((code, message, remedy),) = _found(_secret("flowstacks/staging/token", _OURS, "2026-12-21"))
    assert code == "secret-waits"
    assert message == "secret 'flowstacks/staging/token' is deleted, and AWS keeps its name until 2026-12-21"
    assert "restore-secret --secret-id flowstacks/staging/token" in remedy
    assert "flowstacks:secrets.token.arn" in remedy
    assert "--force-delete-without-recovery" in remedy


def test_somebody_elses_is_told() -> None:
    ((code, message, _),) = _found(_secret("flowstacks/staging/token", {OWNER_TAG: "other/x"}, None))
    assert (code, message) == ("taken", "secret 'flowstacks/staging/token' exists in AWS and is not ours")


def test_an_object_of_another_stack_is_told_and_our_own_is_fine() -> None:
    mine = AwsObject(noun="IAM role", name="flowstacks-staging-task", owner="flowstacks/staging")
    assert _found(objects=(mine,)) == []
    found = _found(
        objects=(
            mine,
            AwsObject(noun="ECS cluster", name="flowstacks-staging", owner="other/x"),
            AwsObject(noun="log group", name="flowstacks-staging", owner=None),
        )
    )
    assert [(code, message) for code, message, _ in found] == [
        ("taken", "ECS cluster 'flowstacks-staging' exists in AWS and belongs to other/x"),
        ("taken", "log group 'flowstacks-staging' exists in AWS and is not ours: somebody else made it"),
    ]
