from flowstacks.aws_plugin import inputs, lifecycle, registry
from flowstacks.aws_plugin.properties.values import UNKNOWN, Props
from flowstacks.aws_plugin.session import Emulator

AWS = Emulator("eu-central-1", "key", "secret", {}, {"project": "flows"})
TASK = registry.kind("aws:ecs/taskDefinition:TaskDefinition")
ROLE = registry.kind("aws:iam/role:Role")


def _unknown(props: Props) -> set[str]:
    return {name for name, value in props.items() if value == UNKNOWN}


def test_a_preview_of_a_creation_leaves_open_what_aws_decides() -> None:
    given = inputs.completed(TASK, "task", {"family": "etl", "containerDefinitions": "[]"}, {}, b"")
    shown = lifecycle.previewed_create(TASK, AWS, given)
    assert _unknown(shown) == {"arn", "arnWithoutRevision", "revision", "networkMode"}
    assert (shown["family"], shown["region"], shown["tagsAll"]) == ("etl", "eu-central-1", {"project": "flows"})
    assert "__defaults" not in shown


def test_a_global_type_has_no_region() -> None:
    shown = lifecycle.previewed_create(ROLE, AWS, {"name": "x", "assumeRolePolicy": "{}"})
    assert "region" not in shown
    assert {"arn", "createDate", "uniqueId", "managedPolicyArns"} <= _unknown(shown)


def test_a_preview_of_an_update_keeps_what_is_known() -> None:
    state: Props = {
        "arn": "arn:x",
        "name": "x",
        "assumeRolePolicy": "{}",
        "description": "d",
        "managedPolicyArns": ["p"],
    }
    shown = lifecycle.previewed_update(ROLE, AWS, state, {"name": "x", "assumeRolePolicy": "{}", "tags": {"a": "1"}})
    assert _unknown(shown) == set()
    assert (shown["arn"], shown["managedPolicyArns"]) == ("arn:x", ["p"])
    assert "description" not in shown
    assert shown["tagsAll"] == {"project": "flows", "a": "1"}


def test_unknown_tags_make_all_tags_unknown() -> None:
    assert lifecycle.complete(ROLE, AWS, {"tags": UNKNOWN})["tagsAll"] == UNKNOWN
    assert lifecycle.complete(ROLE, AWS, {"tags": {"a": UNKNOWN}})["tagsAll"] == {"project": "flows", "a": UNKNOWN}


def test_inputs_read_back_show_what_drifted_and_nothing_else() -> None:
    before: Props = {"name": "x", "assumeRolePolicy": '{"Statement": []}', "maxSessionDuration": 3600, "__defaults": []}
    state: Props = {
        "name": "x", "assumeRolePolicy": '{"Statement":[]}', "maxSessionDuration": 4000, "description": "by hand",
        "managedPolicyArns": ["p"], "arn": "arn:x",
    }  # fmt: skip
    assert lifecycle.read_inputs(ROLE, state, before) == {
        **before, "maxSessionDuration": 4000, "description": "by hand",
    }  # fmt: skip


def test_an_import_takes_its_inputs_from_aws() -> None:
    state: Props = {"name": "x", "assumeRolePolicy": "{}", "arn": "arn:x", "tags": {}, "path": "/"}
    assert lifecycle.read_inputs(ROLE, state, {}) == {"name": "x", "assumeRolePolicy": "{}", "path": "/"}
