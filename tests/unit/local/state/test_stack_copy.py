from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from flowstacks.local.state import stack_copy

PRODUCTION = """\
encryptionsalt: v1:abc
secretsprovider: awskms://alias/x
encryptedkey: QUJD
config:
  flowstacks:runtime: process   # here
  flowstacks:version: "1.10"
  flowstacks:prefect: {api_url: https://x, api_key: {secure: v1:k}}
  flowstacks:overrides:
    "etl/**": {env: {A: {secure: v1:a}}, tags: [plain, {secure: v1:t}]}
  flowstacks:token:
    secure: v1:z
"""


def test_productions_provider_and_secrets_stay_out_of_the_copy() -> None:
    text, secrets = stack_copy.localised(PRODUCTION)
    document: Any = YAML(typ="safe", pure=True).load(text)
    held = stack_copy.PLACEHOLDER
    assert document == {
        "config": {
            "flowstacks:runtime": "process",
            "flowstacks:version": "1.10",
            "flowstacks:prefect": {"api_url": "https://x", "api_key": held},
            "flowstacks:overrides": {"etl/**": {"env": {"A": held}, "tags": ["plain", held]}},
            "flowstacks:token": held,
        }
    }
    assert secrets == [
        'flowstacks:prefect["api_key"]',
        'flowstacks:overrides["etl/**"]["env"]["A"]',
        'flowstacks:overrides["etl/**"]["tags"][1]',
        "flowstacks:token",
    ]


def test_an_empty_or_absent_file_gives_an_empty_copy(tmp_path: Path) -> None:
    source = tmp_path / "Pulumi.dev.yaml"
    assert stack_copy.write(tmp_path / "stacks", "dev", source) == []
    stack_copy.finish(tmp_path / "stacks", "dev", source)
    assert stack_copy.is_current(tmp_path / "stacks", "dev", source)
    source.write_text("# nothing yet\n")
    assert stack_copy.localised(source.read_text()) == ("{}\n", [])


def test_the_copy_is_current_until_its_source_changes_or_it_is_half_made(tmp_path: Path) -> None:
    source, folder = tmp_path / "Pulumi.dev.yaml", tmp_path / "stacks"
    source.write_text(PRODUCTION)
    assert not stack_copy.is_current(folder, "dev", source)
    stack_copy.write(folder, "dev", source)
    assert not stack_copy.is_current(folder, "dev", source)
    stack_copy.finish(folder, "dev", source)
    assert stack_copy.is_current(folder, "dev", source)
    source.write_text(PRODUCTION + "# edited\n")
    assert not stack_copy.is_current(folder, "dev", source)


def test_a_copy_that_a_command_wrote_into_is_replaced(tmp_path: Path) -> None:
    source, folder = tmp_path / "Pulumi.dev.yaml", tmp_path / "stacks"
    source.write_text(PRODUCTION)
    stack_copy.write(folder, "dev", source)
    stack_copy.finish(folder, "dev", source)
    copy = stack_copy.path(folder, "dev")
    before = copy.read_text()
    copy.write_text(before + "  flowstacks:schedule_policy: active\n")
    stack_copy.renew(folder, "dev")
    assert copy.read_text() == before
    copy.unlink()
    stack_copy.renew(folder, "dev")
    assert copy.read_text() == before
    assert sorted(path.name for path in folder.iterdir()) == [
        "Pulumi.dev.original", "Pulumi.dev.source", "Pulumi.dev.yaml",
    ]  # fmt: skip
