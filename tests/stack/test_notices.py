"""A notice of the program stands at its resource in the preview (docs/adr/0001)."""

from tests.support import flows
from tests.support.workspace import Workspace

PROGRAM = """\
import pulumi

from flowstacks import program

environment = program.run()
pulumi.log.warn("greet/hello/default: 3 scheduled runs will be dropped", environment.deployments["greet/hello/default"])
"""


def test_a_notice_stands_at_its_resource(workspace: Workspace) -> None:
    workspace.commit(**{"flows/greet/hello.py": flows.BARE, "flows/etl/load.py": flows.declared("load", {"name": "x"})})
    workspace.up()
    workspace.commit(**{"__main__.py": PROGRAM, "flows/greet/hello.py": flows.BARE.replace("hello {", "hi {")})
    planned = workspace.preview()
    name = f"Deployment hello/{workspace.stack}"
    assert planned.operations == {name: "update"}
    assert planned.notices == {name: "warning: greet/hello/default: 3 scheduled runs will be dropped\n"}
    told = workspace.pulumi("preview", "--diff")
    assert "3 scheduled runs will be dropped" in told
