"""What Docker is asked for. There is no daemon where these tests run: what it answers is not tried."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from flowstacks.images import buildx
from flowstacks.images.builder import BuildJob, Destination

_LOGIN = base64.b64encode(b"AWS:password").decode()


def _destination() -> Destination:
    return Destination(reference="r.test/flows:tree-k", login=_LOGIN, is_plain=False)


@pytest.mark.parametrize("pushes", [False, True])
def test_command(pushes: bool) -> None:
    job = BuildJob(scratch=Path("/s"), context=Path("/s/context"), containerfile=Path("/s/Containerfile"), base=None)
    command = buildx.command(job, _destination() if pushes else None, Path("/s/told"))
    output = command[command.index("--output") + 1]
    assert ("push=true" in output, "name=r.test/flows:tree-k" in output) == (pushes, pushes)
    assert command[-1] == "/s/context"
    assert "linux/amd64" in command


@pytest.mark.parametrize(
    "said",
    [
        None,
        {},
        {"credsStore": "desktop", "auths": {"other.test": {"auth": "eA=="}}, "currentContext": "c"},
        {"credHelpers": {"r.test": "ecr-login", "other.test": "pass"}},
    ],
)
def test_a_login_is_added_to_a_copy(tmp_path: Path, said: dict[str, Any] | None) -> None:
    original = tmp_path / "docker"
    if said is not None:
        (original / "cli-plugins").mkdir(parents=True)
        (original / "config.json").write_text(json.dumps(said))
    copy = buildx._folder_with_login(original, tmp_path / "copy", _destination())
    config = json.loads((copy / "config.json").read_text())
    assert config["auths"]["r.test"] == {"auth": _LOGIN}
    assert config["credHelpers"]["r.test"] == ""
    for key in ("auths", "credHelpers"):
        assert {**(said or {}).get(key, {}), **config[key]} == config[key]
    assert config.get("credsStore") == (said or {}).get("credsStore")
    assert copy.stat().st_mode & 0o077 == 0
    if said is not None:
        assert (copy / "cli-plugins").resolve() == original / "cli-plugins"
        assert json.loads((original / "config.json").read_text()) == said


def test_a_client_without_a_daemon_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    assert not buildx.Buildx().works()
