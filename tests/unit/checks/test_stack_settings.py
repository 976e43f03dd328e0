from collections.abc import Sequence
from typing import Any

import pytest

from flowstacks.checks import registry
from flowstacks.core.problem import Place, Problem
from flowstacks.stack import config
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import Key
from tests.support import checks
from tests.support.manifests import PIN


def _place(path: Sequence[Key]) -> Place:
    return Place("Pulumi.dev.yaml", len(path))


def _found(settings: Config) -> list[Problem]:
    every = [check for check in registry.STACK if not check.on_aws]
    return checks.problems(every, checks.stack_facts(settings, _place))


@pytest.mark.parametrize(
    ("api", "fields", "codes"),
    [
        ("http://127.0.0.1:4200/api", {"release": {"commit": "HEAD"}}, []),
        ("http://127.0.0.1:4200/api", {"release": {"commit": "worktree"}}, []),
        ("https://prefect.test/api", {"release": {"commit": PIN}, "repository": {"url": "https://git.test/f"}}, []),
        ("", {}, ["no-prefect-api", "no-repository"]),
        ("https://prefect.test/api", {}, ["no-repository"]),
        ("prefect.test/api", {}, ["bad-prefect-api", "no-repository"]),
        ("http://[::1/api", {}, ["bad-prefect-api", "no-repository"]),
        ("http://127.0.0.1:port/api", {}, ["bad-prefect-api"]),
        ("http:// 127.0.0.1/api", {}, ["bad-prefect-api", "no-repository"]),
        ("https:///api", {}, ["bad-prefect-api", "no-repository"]),
        ("https://prefect.test/api", {"release": {"commit": "HEAD"}, "repository": {"url": "git@h:u"}}, ["moving-pin"]),
        ("https://p.test/api", {"release": {"commit": "worktree"}, "repository": {"url": "git@h:u"}}, ["moving-pin"]),
        ("http://127.0.0.1:4200/api", {"runtime": "ecs", "release": {"commit": "HEAD"}},
         ["moving-pin"]),
        ("https://prefect.test/api", {"repository": {"url": "https://h/u"}, "overrides": {"a/b": {"commit": "HEAD"}}},
         ["moving-pin"]),
        ("https://prefect.test/api", {"repository": {"url": "https://token@git.test/f"}}, ["plain-secret"]),
        ("https://prefect.test/api", {"repository": {"url": "ssh://git@git.test/f"}}, []),
    ],
)  # fmt: skip
def test_checks(monkeypatch: pytest.MonkeyPatch, api: str, fields: dict[str, Any], codes: list[str]) -> None:
    monkeypatch.setenv("PREFECT_API_URL", api)
    config = Config.model_validate({"environment": "dev", "runtime": "process", "schedule_policy": "paused", **fields})
    assert [found.code for found in _found(config)] == codes


def test_a_preset_that_wants_the_branch_needs_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    fields: dict[str, Any] = {
        "environment": "dev", "runtime": "process", "schedule_policy": "paused", "naming": {"preset": "portal"},
    }  # fmt: skip
    found = _found(Config.model_validate(fields))
    assert [one.code for one in found] == ["no-branch"]
    fields["repository"] = {"url": "https://h/u", "branch": "main"}
    assert _found(Config.model_validate(fields)) == []


def test_a_bad_url_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "https://ours:pa@ss@127.0.0.1:port/api")
    config = Config.model_validate({"environment": "dev", "runtime": "process", "schedule_policy": "paused"})
    (found,) = _found(config)
    assert "127.0.0.1:port" in found.message
    assert "pa@ss" not in found.message


@pytest.mark.parametrize(
    ("api", "codes"), [("http://127.0.0.1:4200/api", []), ("https://prefect.test/api", ["pin-from-environment"])]
)
def test_a_pin_from_the_environment_stays_local(monkeypatch: pytest.MonkeyPatch, api: str, codes: list[str]) -> None:
    monkeypatch.setenv("PREFECT_API_URL", api)
    monkeypatch.setenv("FLOWSTACKS_COMMIT", PIN)
    values = {"flowstacks:runtime": "process", "flowstacks:repository": {"url": "https://h/u"}}
    loaded = config.load("main", values, _place)
    assert loaded.release is not None
    assert loaded.release.commit == PIN
    assert [found.code for found in _found(loaded)] == codes
