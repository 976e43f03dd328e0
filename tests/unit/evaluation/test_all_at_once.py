"""Independent problems come together, whatever else is wrong; what depends on a broken part is named."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from flowstacks.core.errors import RejectedError
from flowstacks.core.problem import Problem
from flowstacks.evaluation import evaluation
from tests.support.discovery_repo import Repo

_FLOW = "from prefect import flow\n\n@flow\ndef load(days: int = 1): ...\n\nFLOW_SPEC = {}\n"
_FILES = {
    "Pulumi.yaml": "name: flowstacks\nruntime: python\n",
    "flows/etl/load.py": _FLOW,
    "flows/etl/clean.py": _FLOW.replace("load", "clean"),
    "flows/web/crawl.py": _FLOW.replace("load", "crawl"),
}


class Defect(NamedTuple):
    """Something wrong with a stack that is fine otherwise."""

    code: str
    config: Mapping[str, Any] = {}
    files: Mapping[str, str] = {}


# No two of them have the same key of the config or the same file, and none follows from another.
DEFECTS = {
    "unknown key": Defect("unknown-config-key", {"nonsense": "x"}),
    "unknown key in images": Defect("unknown-config-key", {"images": {"bild": "x"}}),
    "invalid flag": Defect("invalid-config", {"gates": {"green": "perhaps"}}),
    "no API": Defect("no-prefect-api", {"prefect": {}}),
    "log days": Defect("log-retention", {"aws": {"log_retention_days": 91}}),
    "worker": Defect("fargate-size", {"worker": {"image": "w", "cpu": 300}}),
    "plain secret": Defect("plain-secret", {"secrets": {"token": "hunter2"}}),
    "subnet": Defect("network-id", {"defaults": {"subnets": ["subnet-1"]}}),
    "mistyped override": Defect("unknown-address", {"overrides": {"etl/laod": {"paused": True}}}),
    "override's cron": Defect("invalid-cron", {"overrides": {"etl/clean/*": {"schedules": [{"cron": "never"}]}}}),
    "override's parameter": Defect("invalid-parameter", {"overrides": {"etl/clean": {"parameters": {"dayz": 1}}}}),
    "flow's cron": Defect("cron", files={"flows/etl/load.py": _FLOW.replace("{}", '{"cron": "0 4 * *"}')}),
    "flow's syntax": Defect("syntax", files={"flows/shop/sell.py": "def"}),
    "flow's import": Defect(
        "import-outside-project", files={"flows/b/b.py": "import flows.etl.load\n" + _FLOW.replace("load", "b")}
    ),
    "unreadable pin": Defect("unreadable-pin", {"overrides": {"web/crawl/*": {"commit": "e" * 40}}}),
}


def _config(names: set[str], commit: str) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "runtime": "ecs",
        "prefect": {"api_url": "http://127.0.0.1:4200/api"},
        "repository": {"url": "https://git.test/flows.git"},
        "release": {"commit": commit},
        "defaults": {"subnets": ["subnet-0123456789abcdef0"]},
        "overrides": {},
    }
    for name in sorted(names):
        for key, value in DEFECTS[name].config.items():
            whole[key] = {**whole["overrides"], **value} if key == "overrides" else value
    return {"aws:region": "eu-central-1", **{f"flowstacks:{key}": value for key, value in whole.items()}}


def _errors(repo: Repo, names: set[str]) -> list[Problem]:
    commit = repo.commit({**_FILES, **{k: v for name in names for k, v in DEFECTS[name].files.items()}})
    (repo.root / "Pulumi.staging.yaml").write_text(yaml.safe_dump({"config": _config(names, commit)}))
    try:
        evaluation.run(repo.root, "flowstacks", "staging")
    except RejectedError as rejected:
        return [item for item in rejected.problems if item.severity == "error"]
    return []


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PREFECT_API_URL", "AWS_ENDPOINT_URL", "FLOWSTACKS_COMMIT", "FLOWSTACKS_REGISTRY"):
        monkeypatch.delenv(name, raising=False)


def _clean(root: Path) -> Repo:
    repo = Repo(root / "repository")
    for name in DEFECTS.values():
        for path in name.files:
            (repo.root / path).unlink(missing_ok=True)
    return repo


@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(names=st.sets(st.sampled_from(sorted(DEFECTS))))
def test_every_independent_defect_is_reported_and_nothing_else(tmp_path: Path, names: set[str]) -> None:
    errors = _errors(_clean(tmp_path), names)
    assert sorted(item.code for item in errors) == sorted(DEFECTS[name].code for name in names)
    assert all(item.remedy for item in errors)


def test_all_of_them_at_once(tmp_path: Path) -> None:
    errors = _errors(_clean(tmp_path), set(DEFECTS))
    assert sorted(item.code for item in errors) == sorted(defect.code for defect in DEFECTS.values())


def _infos(root: Path, config: Mapping[str, Any], files: Mapping[str, str]) -> list[str]:
    repo = Repo(root / "repository")
    commit = repo.commit({**_FILES, **files})
    values = {**_config(set(), commit), **config}
    (repo.root / "Pulumi.staging.yaml").write_text(yaml.safe_dump({"config": values}))
    with pytest.raises(RejectedError) as rejected:
        evaluation.run(repo.root, "flowstacks", "staging")
    return [f"{item.file}: {item.code}: {item.message}" for item in rejected.value.problems]


def test_what_depends_on_a_broken_key_is_not_reported_but_named(tmp_path: Path) -> None:
    unknown, skipped = _infos(tmp_path, {"flowstacks:prefect": {"api_ur": "https://prefect.test/api"}}, {})
    assert unknown.startswith("Pulumi.staging.yaml: unknown-config-key: ")
    assert skipped.startswith(
        "Pulumi.staging.yaml: not-checked: not checked because of the error here: bad-prefect-api"
    )
    assert "no-prefect-api" in skipped
    assert "no-repository" in skipped


def test_an_override_may_be_of_a_flow_in_a_broken_file(tmp_path: Path) -> None:
    overrides = {"flowstacks:overrides": {"etl/gone": {"paused": True}, "web/gone": {"paused": True}}}
    mistyped, syntax, skipped = sorted(_infos(tmp_path, overrides, {"flows/etl/gone.py": "def"}))
    assert "unknown-address: override 'web/gone'" in mistyped
    assert "syntax" in skipped or "syntax" in syntax
    assert "unknown-address of 'etl/gone'" in (skipped + syntax)


def test_a_missing_runtime_hides_no_mistyped_override(tmp_path: Path) -> None:
    config = {"flowstacks:runtime": "esc", "flowstacks:overrides": {"etl/laod": {"paused": True}}}
    told = "\n".join(_infos(tmp_path, config, {}))
    assert "unknown-runtime" in told
    assert "unknown-address" in told
    assert "fargate-size" in told.partition("not-checked")[2]


def test_config_of_the_engine_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """Pulumi gives structures as JSON text."""
    repo = Repo(tmp_path / "repository")
    commit = repo.commit(_FILES)
    (repo.root / "Pulumi.staging.yaml").write_text("config: {}\n")
    values = {
        "flowstacks:runtime": "process",
        "flowstacks:region": "eu-central-1",
        "flowstacks:release": json.dumps({"commit": commit}),
        "flowstacks:overrides": json.dumps({"etl/laod": {"paused": True}, "web": {"pausd": True}}),
        "flowstacks:prefect": json.dumps({"api_url": "http://127.0.0.1/api"}),
    }
    with pytest.raises(RejectedError) as rejected:
        evaluation.run(repo.root, "flowstacks", "staging", values)
    codes = [item.code for item in rejected.value.problems if item.severity == "error"]
    assert sorted(codes) == ["unknown-address", "unknown-config-key", "unknown-config-key"]
