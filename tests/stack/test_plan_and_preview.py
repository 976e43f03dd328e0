"""What a plan says is what the engine previews, resource by resource, and then does."""

import pytest

from flowstacks.desired.objects import Desired
from flowstacks.difference import plan
from flowstacks.evaluation import evaluation
from tests.support import flows
from tests.support.ecs_workspace import EcsWorkspace
from tests.support.workspace import Workspace

DIGEST, NEXT = ("sha256:" + digit * 64 for digit in "ab")
A = {"name": "a", "parameters": {"days": 1}, "cron": "0 4 * * *"}
B = {"name": "b"}


def _desired(workspace: Workspace) -> Desired:
    return evaluation.run(workspace.root, "flowstacks", workspace.stack).desired


@pytest.fixture(autouse=True)
def _in_its_shell(monkeypatch: pytest.MonkeyPatch, api: str) -> None:
    monkeypatch.setenv("PREFECT_API_URL", api)


def test_on_process(workspace: Workspace) -> None:
    def pinned(**files: str) -> Desired:
        workspace.configure({"runtime": "process", "release": {"commit": workspace.commit(**files)}})
        return _desired(workspace)

    before = pinned(**{
        "flows/etl/load.py": flows.declared("load", A, B, name=f"load-{workspace.stack}"),
        "flows/web/page.py": flows.declared("page", A, B, name=f"page-{workspace.stack}"),
        "flows/ads/click.py": flows.declared("click", A, name=f"click-{workspace.stack}"),
    })  # fmt: skip
    workspace.up()
    changed = {**A, "parameters": {"days": 2}, "cron": "0 5 * * *"}
    workspace.git("mv", "flows/ads/click.py", "flows/web/click.py")
    after = pinned(**{
        "flows/etl/load.py": flows.declared("load", changed, {"name": "c"}, name=f"load-{workspace.stack}"),
    })  # fmt: skip
    found = plan.compare(before, after)
    assert {one.move for one in found.deployments} == {"created", "updated", "deleted"}
    assert workspace.preview().operations == found.operations
    workspace.up()
    assert workspace.preview().operations == {}


def test_a_rename_on_process(workspace: Workspace) -> None:
    workspace.configure({"runtime": "process", "release": {"commit": workspace.commit(**{
        "flows/etl/load.py": flows.declared("load", A, name=f"load-{workspace.stack}"),
    })}})  # fmt: skip
    before = _desired(workspace)
    workspace.up()
    commit = workspace.git("rev-parse", "HEAD")
    naming = {"deployment": "{env}-{deployment}", "work_pool": "{env}-{name}"}
    workspace.configure({"runtime": "process", "release": {"commit": commit}, "naming": naming})
    found = plan.compare(before, _desired(workspace))
    assert [one.move for one in found.deployments] == ["renamed"]
    assert workspace.preview().operations == found.operations


def test_on_ecs(ecs: EcsWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", ecs.aws_url)

    def pinned(etl: str, *deployments: dict[str, object]) -> Desired:
        commit = ecs.commit(**{
            "flows/etl/load.py": flows.declared("load", *deployments, name=f"load-{ecs.stack}"),
            "flows/web/page.py": flows.declared("page", A, name=f"page-{ecs.stack}"),
        })  # fmt: skip
        ecs.configure({"release": {"commit": commit, "images": {"etl": etl, "web": DIGEST}}})
        return _desired(ecs)

    before = pinned(DIGEST, A, {**B, "cpu": 256, "memory": 512})
    ecs.up()
    after = pinned(NEXT, A, {**B, "cpu": 512, "memory": 1024}, {"name": "c", "cpu": 256, "memory": 512})
    found = plan.compare(before, after)
    # Without a registry there are no Image resources: digests are taken as pinned.
    planned = {name: operation for name, operation in found.operations.items() if not name.startswith("Image ")}
    assert ecs.preview().operations == planned
