from flowstacks.aws.names import OWNER_TAG, Names
from flowstacks.checks import aws_secrets
from flowstacks.checks.aws_secrets import Existing
from flowstacks.core.problem import Place

_NAMES = Names(prefix="flowstacks", environment="staging")
_OURS = {OWNER_TAG: "flowstacks/staging"}


def _found(*there: Existing) -> list[tuple[str, str, str]]:
    problems = aws_secrets.check(there, ["token"], _NAMES, "flowstacks/staging", Place("Pulumi.staging.yaml", 3))
    return [(one.code, one.message, one.remedy) for one in problems]


def test_our_own_and_those_that_nobody_asks_for_are_fine() -> None:
    assert _found() == []
    assert _found(Existing("flowstacks/staging/token", _OURS, None)) == []
    assert _found(Existing("flowstacks/staging/token2", {}, "2026-12-21")) == []


def test_a_deleted_one_is_told_with_both_ways_out() -> None:
    ((code, message, remedy),) = _found(Existing("flowstacks/staging/token", _OURS, "2026-12-21"))
    assert code == "secret-waits"
    assert message == "secret 'flowstacks/staging/token' is deleted, and AWS keeps its name until 2026-12-21"
    assert "restore-secret --secret-id flowstacks/staging/token" in remedy
    assert "flowstacks:secrets.token.arn" in remedy
    assert "--force-delete-without-recovery" in remedy


def test_somebody_elses_is_told() -> None:
    ((code, message, _),) = _found(Existing("flowstacks/staging/token", {OWNER_TAG: "other/x"}, None))
    assert (code, message) == ("taken", "secret 'flowstacks/staging/token' exists in AWS and is not ours")
