import json
from pathlib import Path
from typing import Any

import pydantic
import pytest

from flowstacks.core.errors import RejectedError
from flowstacks.core.problem import Place
from flowstacks.stack import config, server
from flowstacks.stack.config import Config
from flowstacks.stack.release import Release
from flowstacks.stack.secret import ExistingSecret
from flowstacks.stack.stack_file import StackFile

PIN = "9f3c" * 10
DIGEST = "51aa" * 16


@pytest.fixture(autouse=True)
def _no_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PREFECT_API_URL", "PREFECT_API_KEY", "FLOWSTACKS_COMMIT"):
        monkeypatch.delenv(name, raising=False)


def _load(tmp_path: Path, text: str, stack: str = "staging") -> Config:
    (tmp_path / f"Pulumi.{stack}.yaml").write_text(text)
    file = StackFile(tmp_path, stack)
    return config.load(stack, file.values(), file.place)


_WHOLE = f"""\
config:
  aws:region: eu-central-1
  flowstacks:prefect: {{api_url: https://prefect.test/api, api_key: {{secure: v1:abc}}}}
  flowstacks:repository: {{url: https://git.test/flows.git, branch: main, credentials: github-credentials/ours}}
  flowstacks:runtime: ecs
  flowstacks:release:
    commit: {PIN}
    from: dev
    images: {{etl: "sha256:{DIGEST}"}}
  flowstacks:schedule_policy: active
  flowstacks:defaults: {{work_queue_name: default, cpu: 256, memory: 512, env: {{LOG_LEVEL: INFO}}}}
  flowstacks:overrides:
    "etl/**": {{env: {{WAREHOUSE: staging}}}}
    "etl/daily-load": {{parameters: {{days: 7}}, schedules: [{{slug: nightly, cron: "0 4 * * *"}}], paused: true}}
    "legacy/**": {{deployed: false}}
"""


def test_the_whole_of_the_documented_config_loads(tmp_path: Path) -> None:
    loaded = _load(tmp_path, _WHOLE.replace("{secure: v1:abc}", "key"))
    assert loaded.release is not None
    assert (loaded.release.commit, loaded.release.from_) == (PIN, "dev")
    assert loaded.overrides["etl/daily-load"].parameters == {"days": 7}
    assert loaded.overrides["legacy/**"].deployed is False
    assert "key" not in repr(loaded.prefect.api_key)


def test_an_encrypted_value_is_nothing_we_could_use(tmp_path: Path) -> None:
    assert server.api_key(_load(tmp_path, _WHOLE)) is None


def test_pulumi_gives_the_same_values_as_json_text(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.staging.yaml").write_text(_WHOLE.replace("{secure: v1:abc}", "key"))
    file = StackFile(tmp_path, "staging")
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in file.values().items()}
    assert config.load("staging", texts, file.place) == config.load("staging", file.values(), file.place)


@pytest.mark.parametrize(
    ("line", "number", "expected"),
    [
        ("  flowstacks:relase: {}\n", 3, "unknown config key flowstacks:relase. Did you mean 'release'?"),
        ("  flowstacks:release: {comit: x}\n", 3, "Did you mean 'commit'?"),
        ("  flowstacks:overrides:\n    a/b: {paramters: {}}\n", 4, "Did you mean 'parameters'?"),
        ("  flowstacks:release: {commit: main}\n", 3, "40 hex digits"),
        ("  flowstacks:release: {commit: 9f3c}\n", 3, "40 hex digits"),
        ("  flowstacks:defaults:\n    env:\n      A: 1\n", 5, "valid string"),
        ("  flowstacks:overrides:\n    a:\n      schedules:\n        - {timezone: UTC}\n", 6, "cron is missing"),
        ("  flowstacks:schedule_policy: sometimes\n", 3, "'active', 'paused' or 'none'"),
        ("  flowstacks:naming: {deployment: '{colour}'}\n", 3, "unknown field {colour}"),
        ("  flowstacks:naming: {preset: portals}\n", 3, "unknown preset 'portals'; known are default, portal"),
        ("  flowstacks:naming: {tag: []}\n", 3, "Did you mean 'tags'?"),
        ("  flowstacks:naming: {preset: [portal]}\n", 3, "unknown preset ['portal']"),
        ("  flowstacks:naming: {deployment: '{name}-{deployment}'}\n", 3, "unknown field {name}"),
        ("  flowstacks:naming: {work_pool: '{project}-{name}'}\n", 3, "unknown field {project}"),
        ("  flowstacks:naming: {deployment: '{deployment:d}'}\n", 3, "{deployment} can't have a format"),
        ("  flowstacks:naming: {deployment: '{deployment!r}'}\n", 3, "{deployment} can't have a format"),
        ("  flowstacks:defaults: {parameters: {days: .inf}}\n", 3, "a number that JSON does not have"),
        ("  flowstacks:defaults: {job_variables: {x: [.nan]}}\n", 3, "a number that JSON does not have"),
        ("  flowstacks:repository: {url: x, credentials: ours}\n", 3, "credentials"),
        ("  flowstacks:secrets: {a b: {secure: v1:x}}\n", 3, "a secret's name is letters"),
        ("  flowstacks:secrets:\n    a: {arm: x}\n", 4, "secrets.a.arm. Did you mean 'arn'?"),
        ("  flowstacks:secrets:\n    a: {arn: 'arn:aws:s3:::x'}\n", 4, "flowstacks:secrets.a.arn: "),
        ("  flowstacks:defaults:\n    secrets: [{name: A}]\n", 4, "write {envar_name: …, envar_value: …}"),
        ("  flowstacks:prefect: {api_key_secret: 'a:'}\n", 3, "name:json-key"),
        ("  flowstacks:region: eu-central-1\n", 3, "Write it as aws:region"),
    ],
)  # fmt: skip
def test_bad_config_is_refused_at_its_line(tmp_path: Path, line: str, number: int, expected: str) -> None:
    with pytest.raises(RejectedError) as rejected:
        _load(tmp_path, "config:\n  flowstacks:runtime: process\n" + line)
    assert f"Pulumi.staging.yaml:{number}: error" in str(rejected.value)
    assert expected in str(rejected.value)


@pytest.mark.parametrize(
    "text",
    [
        '{"api_url": "http://prefect.test/api", "api_key": 12345678}',
        '{"api_url": "http://prefect.test/api", "api_key": "12345678",}',
        '[{"api_url": "http://prefect.test/api", "api_key": "12345678"}]',
        "12345678",
    ],
)
def test_a_complaint_does_not_tell_a_secret(text: str) -> None:
    """The engine hands secrets over decrypted."""
    with pytest.raises(RejectedError) as rejected:
        config.load(
            "dev", {"flowstacks:runtime": "process", "flowstacks:prefect": text}, lambda _: Place("Pulumi.dev.yaml", 3)
        )
    assert "flowstacks:prefect" in str(rejected.value)
    assert "12345678" not in str(rejected.value)


@pytest.mark.parametrize("text", ['{"a": 12345678}', '{"a": {"arn": "12345678"}}', '["12345678"]', "12345678"])
def test_a_complaint_about_secrets_tells_none(text: str) -> None:
    values = {"flowstacks:runtime": "ecs", "flowstacks:secrets": text}
    with pytest.raises(RejectedError) as rejected:
        config.load("dev", values, lambda _: Place("Pulumi.dev.yaml", 3))
    assert "flowstacks:secrets" in str(rejected.value)
    assert "12345678" not in str(rejected.value)


def test_secrets_are_values_or_somebody_elses(tmp_path: Path) -> None:
    text = (
        "  flowstacks:secrets:\n    team/a: {secure: v1:x}\n"
        "    b: {arn: 'arn:aws:secretsmanager:eu-central-1:1:secret:b-AbCdEf'}\n"
    )
    loaded = _load(tmp_path, "config:\n  aws:region: eu-central-1\n  flowstacks:runtime: ecs\n" + text)
    assert loaded.region == "eu-central-1"
    assert isinstance(loaded.secrets["team/a"], pydantic.SecretStr)
    assert loaded.secrets["b"] == ExistingSecret(arn="arn:aws:secretsmanager:eu-central-1:1:secret:b-AbCdEf")


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(RejectedError) as rejected:
        _load(
            tmp_path,
            "config:\n  flowstacks:runtime: process\n  flowstacks:schedule_policy: sometimes\n"
            "  flowstacks:relase: {}\n  flowstacks:defaults: {cpu: x}\n",
        )
    assert [problem.line for problem in rejected.value.problems] == [3, 4, 5]


@pytest.mark.parametrize(("stack", "policy"), [("main", "active"), ("dev", "paused"), ("staging", "paused")])
def test_schedules_are_active_in_main_only(tmp_path: Path, stack: str, policy: str) -> None:
    assert _load(tmp_path, "config: {'flowstacks:runtime': process}\n", stack).schedule_policy == policy


def test_the_environment_wins_over_the_stack_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = _load(tmp_path, _WHOLE.replace("{secure: v1:abc}", "key"))
    assert (server.api_url(loaded), server.api_key(loaded)) == ("https://prefect.test/api", "key")
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    monkeypatch.setenv("PREFECT_API_KEY", "other")
    assert (server.api_url(loaded), server.api_key(loaded)) == ("http://127.0.0.1:4200/api", "other")


def test_uncommitted_code_can_be_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWSTACKS_COMMIT", "worktree")
    loaded = _load(tmp_path, "config: {'flowstacks:runtime': process, 'flowstacks:release': {commit: HEAD}}\n")
    assert loaded.release == Release(commit="worktree")  # pyright: ignore[reportCallIssue]


def test_the_release_may_be_absent(tmp_path: Path) -> None:
    loaded: Any = _load(tmp_path, "config: {'flowstacks:runtime': process}\n")
    assert loaded.release is None


def test_a_key_goes_to_its_own_server_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = _load(tmp_path, _WHOLE.replace("{secure: v1:abc}", "key"))
    monkeypatch.setenv("PREFECT_API_URL", "https://elsewhere.test/api")
    assert server.api_key(loaded) is None
    monkeypatch.setenv("PREFECT_API_URL", "https://prefect.test/api")
    assert server.api_key(loaded) == "key"


@pytest.mark.parametrize("key", ["environment: x", "start_over: yes please"])
def test_what_would_be_swallowed_or_understood_by_half_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(RejectedError, match=r"Pulumi.staging.yaml:3: error"):
        _load(tmp_path, f"config:\n  flowstacks:runtime: process\n  flowstacks:{key}\n")
