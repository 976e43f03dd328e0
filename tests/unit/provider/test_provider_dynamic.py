import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from pulumi.dynamic.dynamic import ResourceProvider, serialize_provider

from flowstacks.provider import dynamic, resources
from flowstacks.provider.images.image import ImageInputs
from flowstacks.provider.registry import KINDS

ROOT = Path(__file__).parents[3]
FROZEN = json.loads((ROOT / "tests" / "cases" / "provider" / "pickled.json").read_text())


@pytest.mark.parametrize("kind", FROZEN)
def test_the_bytes_in_every_stacks_state_do_not_change(kind: str) -> None:
    provider: ResourceProvider = getattr(dynamic, f"{kind}Provider")()
    assert serialize_provider(provider) == FROZEN[kind]
    assert vars(provider) == {}
    assert provider.serialize_as_secret_always is False


def test_every_provider_is_frozen() -> None:
    providers = {name.removesuffix("Provider") for name in vars(dynamic) if name.endswith("Provider")} - {"Prefect"}
    assert providers == set(FROZEN) == {*KINDS, "Image"}


@pytest.mark.parametrize("kind", FROZEN)
def test_the_type_in_every_stacks_state_does_not_change(kind: str) -> None:
    module = "prefect" if kind in KINDS else "flowstacks"
    assert getattr(resources, kind)._resource_type_name == f"dynamic/{module}:{kind}"


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


@pytest.mark.parametrize("change", ["missing", "unknown", "reserved"])
def test_an_image_wants_each_property_exactly_once(change: str) -> None:
    props: dict[str, object] = dict.fromkeys(ImageInputs.model_fields, "x")
    if change == "missing":
        props.pop("digest")
    else:
        props["uri" if change == "reserved" else "typo"] = "x"
    with pytest.raises(ValueError, match=r"digest|uri|typo"):
        resources.Image("name", props)


def test_the_provider_imports_nothing_of_ours_outside_itself() -> None:
    for file in (ROOT / "infra/flowstacks/provider").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            ours = [
                name
                for name in names
                if name.split(".")[0] == "flowstacks" and not name.startswith("flowstacks.provider")
            ]
            assert ours == [], file


def test_neither_prefect_nor_boto3_is_imported_by_the_provider_or_the_program() -> None:
    """Prefect takes 2.7 s, boto3 0.7 s, in each of the two processes."""
    code = "import sys, flowstacks.provider.resources; print({'prefect', 'boto3', 'botocore'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "set()\n"
