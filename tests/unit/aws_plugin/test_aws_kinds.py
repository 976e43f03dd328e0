"""The rules of every kind against the installed SDK."""

import pytest

from flowstacks.aws_plugin import registry
from flowstacks.aws_plugin.errors import RefusedError
from flowstacks.aws_plugin.kind import AwsKind
from flowstacks.aws_plugin.properties import schema

KINDS = pytest.mark.parametrize("kind", registry.KINDS, ids=lambda kind: kind.resource_type)


@KINDS
def test_every_input_of_the_sdk_has_a_rule(kind: AwsKind) -> None:
    ruled = kind.replaced.keys() | kind.updated | kind.kept | kind.unserved.keys() | {"region"}
    assert set(schema.inputs(kind.resource_type)) - ruled == set()


@KINDS
def test_every_rule_is_about_an_input_of_the_sdk(kind: AwsKind) -> None:
    ruled = (
        kind.replaced.keys() | kind.updated | kind.defaults.keys() | kind.kept
        | {path.partition(".")[0] for path in (*kind.unserved, *kind.checked)}
        | kind.equal.keys() | kind.secret | (kind.filled - {"region"})
    )  # fmt: skip
    assert ruled - set(schema.inputs(kind.resource_type)) == set()
    assert kind.updated & (kind.replaced.keys() | kind.kept | kind.unserved.keys()) == set()


@KINDS
def test_named_and_tagged_as_the_sdk_has_it(kind: AwsKind) -> None:
    assert kind.tagged == ("tagsAll" in schema.outputs(kind.resource_type))
    name = schema.inputs(kind.resource_type).get("name")
    assert kind.named == (name is not None and not name.required)


def test_a_type_is_found_below_its_parents() -> None:
    assert registry.kind("flowstacks:Environment$aws:ecs/cluster:Cluster").resource_type == "aws:ecs/cluster:Cluster"
    with pytest.raises(RefusedError, match="does not serve aws:s3/bucket:Bucket"):
        registry.kind("aws:s3/bucket:Bucket")
