"""A team's repository with flow projects and stack files, and the command line in it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flowstacks.cli import entry
from flowstacks.provider.images import endpoint
from flowstacks.stack.release import COMMIT
from tests.support.discovery_repo import Repo

FLOW = "from prefect import flow\n\n@flow\ndef {name}(days: int = {days}): ...\n"
HEAD_LINES = "# production\nconfig:\n  flowstacks:runtime: process  # here\n"


class Team:
    """`etl` has the flow `load`, `web` the flow `crawl`; `main` is the environment that tests promote into."""

    def __init__(self, root: Path, stack_file: str = HEAD_LINES) -> None:
        self.repo = Repo(root)
        self.root = root
        self.first = self.repo.commit(
            {
                "Pulumi.yaml": "name: flowstacks\nruntime: python\n",
                "Pulumi.main.yaml": stack_file,
                "Pulumi.dev.yaml": "config:\n  flowstacks:runtime: process\n",
                "flows/etl/load.py": FLOW.format(name="load", days=1),
                "flows/web/crawl.py": FLOW.format(name="crawl", days=1),
            },
            "start",
        )

    @property
    def stack_file(self) -> Path:
        return self.root / "Pulumi.main.yaml"

    def edit_flow(self, project: str = "etl", days: int = 2) -> str:
        """Another commit of one project."""
        name = {"etl": "load", "web": "crawl"}[project]
        return self.repo.commit({f"flows/{project}/{name}.py": FLOW.format(name=name, days=days)}, f"{project} {days}")

    def commit(self, message: str) -> str:
        return self.repo.commit({}, message)


def inside(team: Team, monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str] | None = None) -> None:
    """As a shell in the repository's root, with the embedded default's Prefect server."""
    for name in (COMMIT, "AWS_ENDPOINT_URL", endpoint.REGISTRY):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"PREFECT_API_URL": "http://127.0.0.1:4200/api", **(variables or {})}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(team.root)


def flowstacks(capsys: pytest.CaptureFixture[str], *words: str, expect: int = 0) -> str:
    """What the command prints, both streams."""
    code = entry.main(words)
    out, err = capsys.readouterr()
    assert code == expect, out + err
    return out + err


def told(capsys: pytest.CaptureFixture[str], *words: str, expect: int = 0) -> dict[str, Any]:
    """The same as JSON."""
    return json.loads(flowstacks(capsys, *words, "--json", expect=expect))
