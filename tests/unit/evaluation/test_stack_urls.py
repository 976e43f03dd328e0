"""A stack file with a plain login or a dangerous repository URL is refused before anything else is done."""

from pathlib import Path

import pytest

from flowstacks.core.errors import RejectedError
from flowstacks.evaluation import evaluation

_STACK = """\
config:
  flowstacks:runtime: process
  flowstacks:prefect:
    api_url: http://127.0.0.1:4200/api
    auth_string: me:hunter2
  flowstacks:repository: {url: "ext::sh -c x"}
"""


def test_both_are_named_at_their_lines_without_the_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    (tmp_path / "Pulumi.dev.yaml").write_text(_STACK)
    with pytest.raises(RejectedError) as rejected:
        evaluation.configured(tmp_path, "dev")
    assert [(problem.line, problem.code) for problem in rejected.value.problems] == [
        (5, "plain-secret"),
        (6, "bad-repository-url"),
    ]
    assert "hunter2" not in str(rejected.value)


def test_an_api_url_without_a_scheme_is_shown_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "me:hunter2@prefect.test/api")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  flowstacks:runtime: process\n")
    with pytest.raises(RejectedError, match=r"the Prefect API 'prefect.test/api' is no http or https URL") as rejected:
        evaluation.configured(tmp_path, "dev")
    assert "hunter2" not in str(rejected.value)
