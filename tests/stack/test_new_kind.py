"""A kind is one file and one line in the registry, also for the engine: in a copy of the package that has one more."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support import variable_kind
from tests.support.workspace import ROOT, Workspace

pytestmark = pytest.mark.xdist_group("new_kind")

PROGRAM = """
import os
import pulumi
from flowstacks.provider import resources
from flowstacks.provider.kinds import variable

Variable = resources.resource_class(variable.KIND)
for name in os.environ["NAMES"].split():
    Variable(name, {"owner": f"flowstacks/{pulumi.get_stack()}", "name": name, "value": os.environ["VALUE"]})
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The folder to import from: the new kind's file, and its line."""
    folder = tmp_path / "infra"
    shutil.copytree(ROOT / "infra" / "flowstacks", folder / "flowstacks")
    provider = folder / "flowstacks" / "provider"
    shutil.copy(str(variable_kind.__file__), provider / "kinds" / "variable.py")
    registry = provider / "registry.py"
    text = registry.read_text(encoding="utf-8")
    imported = text.replace("import deployment, work_pool\n", "import deployment, variable, work_pool\n")
    registry.write_text(
        imported.replace("    deployment.KIND,\n", "    deployment.KIND,\n    variable.KIND,\n"), "utf-8"
    )
    return folder


def test_a_new_kind_lives_through_the_engine(workspace: Workspace, package: Path) -> None:
    workspace.write("__main__.py", PROGRAM)
    first, second = f"first-{workspace.stack}", f"second-{workspace.stack}"

    def environment(names: str, value: str) -> dict[str, str]:
        return {"PYTHONPATH": os.pathsep.join([str(package), str(ROOT)]), "NAMES": names, "VALUE": value}

    def up(names: str, value: str) -> None:
        workspace.pulumi("up", "--yes", "--skip-preview", env=environment(names, value))

    up(f"{first} {second}", '{"rows":7}')
    assert workspace.ask("GET", f"/variables/name/{first}")["value"] == {"rows": 7}
    assert workspace.preview(env=environment(f"{first} {second}", '{"rows": 7}')).operations == {}
    up(first, "8")
    assert workspace.ask("GET", f"/variables/name/{first}")["value"] == 8
    assert workspace.ask("GET", f"/variables/name/{second}") is None
    workspace.pulumi("destroy", "--yes", "--skip-preview", env=environment("", "0"))
    assert workspace.ask("GET", f"/variables/name/{first}") is None
