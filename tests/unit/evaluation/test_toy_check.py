"""Adding a check: one function, and one line in the registry. It is reported, documented, skipped like any other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flowstacks.checks import reference, registry
from flowstacks.checks.check import Check, Finding
from flowstacks.checks.facts import DeploymentFacts
from flowstacks.core.errors import RejectedError
from flowstacks.core.problem import Place
from flowstacks.evaluation import evaluation
from tests.support.discovery_repo import Repo


def untagged(facts: DeploymentFacts) -> Iterator[Finding]:
    """A deployment has no tag.

    Remedy: Write one into `tags`.
    """
    for deployment in facts.chosen:
        if not deployment.settings.tags:
            place = Place(deployment.declared.file, deployment.declared.line)
            yield Finding(place, "the deployment has no tag", "Write one", deployment.declared.address)


_CHECK = Check(id="untagged", find=untagged, needs=("tags",))
_FILES = {
    "Pulumi.yaml": "name: flowstacks\nruntime: python\n",
    "flows/etl/load.py": "from prefect import flow\n\n@flow\ndef load(): ...\n",
}


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    monkeypatch.setattr(registry, "DEPLOYMENTS", (*registry.DEPLOYMENTS, _CHECK))


def _problems(root: Path, config: str) -> list[str]:
    repo = Repo(root / "repository")
    commit = repo.commit(_FILES)
    head = f"config:\n  flowstacks:runtime: process\n  flowstacks:release: {{commit: {commit}}}\n"
    (repo.root / "Pulumi.dev.yaml").write_text(head + config)
    try:
        return list(map(str, evaluation.run(repo.root, "flowstacks", "dev").problems))
    except RejectedError as rejected:
        return list(map(str, rejected.problems))


def test_it_is_reported(tmp_path: Path) -> None:
    expected = "flows/etl/load.py:4: error: the deployment has no tag [etl/load/default]. Write one"
    assert _problems(tmp_path, "") == [expected]


def test_it_is_content_with_what_is_right(tmp_path: Path) -> None:
    assert _problems(tmp_path, "  flowstacks:defaults: {tags: [a]}\n") == []


def test_it_is_left_out_where_its_key_is_broken(tmp_path: Path) -> None:
    problems = _problems(tmp_path, "  flowstacks:defaults: {tags: 7}\n")
    assert [text for text in problems if "no tag" in text] == []
    assert [text for text in problems if "not checked because of the error here: untagged" in text] != []


def test_it_is_in_the_docs() -> None:
    assert "| `untagged` | error | A deployment has no tag. | Write one into `tags` |" in reference.page()
