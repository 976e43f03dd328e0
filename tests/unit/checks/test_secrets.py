from pathlib import Path

from flowstacks.checks.stack import secrets
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import StackFile
from tests.support import checks

_STACK = """\
config:
  aws:secretKey: {secure: a}
  flowstacks:prefect: {api_url: http://127.0.0.1/api, api_key: {secure: a}}
  flowstacks:defaults:
    env:
      LEVEL: INFO
      PASSWORD: {secure: a}
  flowstacks:overrides:
    etl:
      parameters: {names: [x, {secure: a}]}
  flowstacks:repository: {secure: a}
  flowstacks:secrets: {warehouse: {secure: a}}
"""


def test_a_secret_is_refused_where_it_would_be_read_by_everybody(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(_STACK)
    file = StackFile(tmp_path, "dev")
    config = Config.model_validate({"environment": "dev", "runtime": "process", "schedule_policy": "none"})
    findings = secrets.encrypted_in_the_open(checks.stack_facts(config, file.place, file.values()))
    assert [(finding.place.line, finding.message.split(" is ")[0]) for finding in findings] == [
        (7, "flowstacks:defaults.env.PASSWORD"),
        (10, "flowstacks:overrides.etl.parameters.names.1"),
        (11, "flowstacks:repository"),
    ]
