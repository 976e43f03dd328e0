import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from pulumi.dynamic.dynamic import ResourceProvider, serialize_provider

from infra.provider import dynamic, resources
from infra.provider.registry import KINDS

ROOT = Path(__file__).parents[3]
FROZEN = json.loads((ROOT / "tests" / "cases" / "provider" / "pickled.json").read_text())


@pytest.mark.parametrize("kind", KINDS)
def test_the_bytes_in_every_stacks_state_do_not_change(kind: str) -> None:
    provider: ResourceProvider = getattr(dynamic, f"{kind}Provider")()
    assert serialize_provider(provider) == FROZEN[kind]
    assert vars(provider) == {}
    assert provider.serialize_as_secret_always is False


@pytest.mark.parametrize("kind", KINDS)
def test_the_type_in_every_stacks_state_does_not_change(kind: str) -> None:
    assert getattr(resources, kind)._resource_type_name == f"dynamic/prefect:{kind}"


@pytest.mark.parametrize(
    ("kind", "change"), [(kind, change) for kind in KINDS for change in ("missing", "unknown", "reserved")]
)
def test_a_resource_wants_each_property_exactly_once(kind: str, change: str) -> None:
    props: dict[str, object] = dict.fromkeys(KINDS[kind].names, "x")
    if change == "missing":
        props.pop("owner")
    else:
        props["server" if change == "reserved" else "typo"] = "x"
    with pytest.raises(ValueError, match=r"owner|server|typo"):
        getattr(resources, kind)("name", props)


def test_the_provider_imports_nothing_of_ours_outside_itself() -> None:
    for file in (ROOT / "infra" / "provider").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            ours = [name for name in names if name.split(".")[0] == "infra" and not name.startswith("infra.provider")]
            assert ours == [], file


def test_prefect_is_not_imported_by_the_provider_or_the_program() -> None:
    """It takes 2.7 s, in each of the two processes."""
    code = "import sys, infra.provider.resources; print('prefect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "False\n"
