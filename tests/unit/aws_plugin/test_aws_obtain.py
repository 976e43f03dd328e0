import os
from pathlib import Path

import pytest

from flowstacks.local.engine import aws_plugin, aws_plugin_script
from flowstacks.local.places import Places
from flowstacks.local.servers import port


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return Places(tmp_path)


def _engine(places: Places, script: str) -> None:
    places.engine.mkdir(parents=True)
    engine = places.engine / "pulumi"
    engine.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    engine.chmod(0o755)


def test_out_of_reach_the_stand_in_serves_and_says_what_it_is(
    places: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(aws_plugin, "_SITE", f"http://127.0.0.1:{port.free()}/")
    said = aws_plugin.ensure(places)
    assert said.startswith(aws_plugin_script.WHAT_IT_IS)
    assert f"pulumi plugin install resource aws {aws_plugin_script.VERSION}" in said
    assert os.access(places.bin / aws_plugin_script.NAME, os.X_OK)
    assert "out of reach" in capsys.readouterr().out
    # There is no engine here: had it been asked again, this would fail.
    monkeypatch.setattr(aws_plugin, "_is_in_reach", lambda: True)
    assert aws_plugin.ensure(places) == said


def test_the_real_one_is_used_where_it_can_be_had(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws_plugin, "_is_in_reach", lambda: True)
    folder = f'"$PULUMI_HOME/plugins/resource-aws-v{aws_plugin_script.VERSION}"'
    _engine(places, f'mkdir -p {folder} && cp "$0" {folder}/{aws_plugin_script.NAME} && echo "$@" > {folder}/asked')
    real = places.pulumi_home / f"plugins/resource-aws-v{aws_plugin_script.VERSION}" / aws_plugin_script.NAME
    assert aws_plugin.ensure(places) == f"AWS plugin: {real}"
    assert (real.parent / "asked").read_text().startswith(f"plugin install resource aws {aws_plugin_script.VERSION}")
    assert not (places.bin / aws_plugin_script.NAME).exists()


def test_a_download_that_fails_is_told_in_its_own_words(
    places: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(aws_plugin, "_is_in_reach", lambda: True)
    _engine(places, "echo retrying >&2; echo 'error: failed all 5 attempts' >&2; exit 255")
    assert aws_plugin.ensure(places).startswith(aws_plugin_script.WHAT_IT_IS)
    assert capsys.readouterr().out == "AWS plugin: error: failed all 5 attempts\n"
