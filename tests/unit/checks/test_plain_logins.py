import json
from pathlib import Path

import pytest

from flowstacks.checks import plain_logins
from flowstacks.core.problem import Place
from flowstacks.stack.stack_file import SECRET, StackFile

_STACK = """\
config:
  flowstacks:prefect:
    api_url: https://me:hunter2@prefect.test/api
    api_key: hunter2
    auth_string: me:hunter2
"""


def test_a_login_in_plain_text_is_refused_at_its_line_without_showing_it(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(_STACK)
    file = StackFile(tmp_path, "dev")
    problems = plain_logins.check(file.values(), file.place)
    assert sorted((problem.line, problem.message) for problem in problems) == [
        (3, "flowstacks:prefect.api_url holds a user or a password in plain text"),
        (4, "flowstacks:prefect.api_key is in plain text"),
        (5, "flowstacks:prefect.auth_string is in plain text"),
    ]
    assert "hunter2" not in "".join(map(str, problems))


def test_the_remedy_puts_it_into_the_field_that_may_be_encrypted(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(_STACK)
    file = StackFile(tmp_path, "dev")
    remedies = {problem.line: problem.remedy for problem in plain_logins.check(file.values(), file.place)}
    assert "--secret --path flowstacks:prefect.auth_string`, or set PREFECT_API_AUTH_STRING" in remedies[3]
    assert "--secret --path flowstacks:prefect.api_key`, or set PREFECT_API_KEY" in remedies[4]
    assert "--secret --path flowstacks:prefect.auth_string`, or set PREFECT_API_AUTH_STRING" in remedies[5]


@pytest.mark.parametrize(
    "section",
    [
        None,
        SECRET,
        {"api_url": "https://prefect.test/api", "api_key": SECRET, "auth_string": SECRET, "api_key_secret": "a:b"},
        {"api_url": SECRET},
        {"api_url": None, "api_key": ""},
    ],
)
def test_what_is_encrypted_or_absent_is_accepted(section: object) -> None:
    assert plain_logins.check({"flowstacks:prefect": section}, lambda _: Place("Pulumi.dev.yaml", 1)) == []


def test_json_text_hides_no_login() -> None:
    text = json.dumps({"api_key": "hunter2"})
    (problem,) = plain_logins.check({"flowstacks:prefect": text}, lambda path: Place("Pulumi.dev.yaml", len(path)))
    assert problem.code == "plain-secret"
