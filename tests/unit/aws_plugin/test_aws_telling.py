import pytest
from botocore.exceptions import ClientError, ParamValidationError

from flowstacks.aws_plugin import error_text
from flowstacks.aws_plugin.errors import RefusedError

TAKEN = {"Error": {"Code": "AlreadyExists", "Message": "There is one already"}}
CASES = {
    "AWS's own": (ClientError(TAKEN, "CreateRole"), "AlreadyExists: There is one already (CreateRole)"),
    "the SDK's": (ParamValidationError(report="Missing name"), "Parameter validation failed:\nMissing name"),
    "ours": (RefusedError("Not served. Leave it out"), "Not served. Leave it out"),
    "any other": (KeyError("arn"), "KeyError: 'arn'"),
}


@pytest.mark.parametrize(("failed", "expected"), CASES.values(), ids=CASES)
def test_words(failed: Exception, expected: str) -> None:
    assert error_text.message(failed) == expected
