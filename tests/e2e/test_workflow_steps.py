"""Each job's own shell steps, on the embedded default: from the trunk to dev, promoted, brought up, and previewed.

GitHub itself is not here: a small `gh` writes down what it is asked, the events' contexts are given.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowstacks.local.places import Places
from flowstacks.local.servers import registry
from tests.support import clone as clones
from tests.support.workflows import Runner

HAS_IMAGES = bool(registry.binary() and shutil.which("buildah"))
GH = """#!/bin/sh
# Writes down every call and the text it is to send; it has one comment once one was posted.
printf '%s\\n' "$*" >>"$GH_FOLDER/calls"
for word in "$@"; do
    [ "${before:-}" != --body-file ] || cp "$word" "$GH_FOLDER/body"
    case $word in body=@*) cp "${word#body=@}" "$GH_FOLDER/body" ;; esac
    before=$word
done
case $* in
*--jq*) cat "$GH_FOLDER/comments" ;;
*'--method POST'*) echo 7 >"$GH_FOLDER/comments" ;;
esac
"""


class Team:
    """A clone whose embedded default runs, its origin beside it, and a GitHub that only listens."""

    def __init__(self, folder: Path) -> None:
        self.here = clones.made(folder)
        self.gh = folder / "gh"
        self.gh.mkdir()
        (self.gh / "comments").touch()
        (self.gh / "gh").write_text(GH)
        (self.gh / "gh").chmod(0o755)
        origin = folder / "origin.git"
        self.git("clone", "-q", "--bare", str(self.here.root), str(origin))
        self.git("remote", "set-url", "origin", str(origin))

    def git(self, *arguments: str) -> str:
        who = ["-c", "user.name=Dev", "-c", "user.email=dev@flows.test"]
        done = clones.run(self.here, ["git", *who, *arguments])
        assert done.returncode == 0, done.stdout
        return done.stdout.strip()

    def commit(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            (self.here.root / name).write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "edit")

    def edit(self, name: str, before: str, after: str) -> dict[str, str]:
        text = (self.here.root / name).read_text()
        assert before in text
        return {name: text.replace(before, after)}

    def job(self, workflow: str, name: str, *, without: tuple[str, ...] = (), **contexts: str) -> dict[str, str]:
        """Run the steps in a shell of the embedded default; the checkout afterwards is what a next job checks out."""
        shown = clones.shell(self.here, "env -0").stdout
        env = dict(pair.partition("=")[::2] for pair in shown.split("\0") if "=" in pair)
        env |= {
            "PATH": f"{self.gh}{os.pathsep}{env['PATH']}",
            "GH_FOLDER": str(self.gh),
            "GITHUB_BASE_REF": "main",
            "GITHUB_REF_NAME": "main",
        }
        known = {key.replace("__", "."): value for key, value in contexts.items()}
        self.runner = Runner(self.here.root, self.gh / "temp", env, known)
        put_out = self.runner.run(workflow, name, without=without)
        self.git("checkout", "-q", "--", ".")
        return put_out

    def calls(self) -> list[str]:
        """What `gh` was asked since the last time."""
        file = self.gh / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines

    def body(self) -> str:
        return (self.gh / "body").read_text()

    def commits(self, stack: str) -> dict[str, str]:
        """The commit of each deployment that the stack has."""
        told = clones.shell(self.here, f"pulumi stack output -s {stack} deployments --json")
        return {address: one["commit"] for address, one in json.loads(told.stdout).items()}


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = Team(tmp_path)
    yield made
    here: Places = made.here
    if here.local.exists():
        assert clones.make(here, "down").returncode == 0


def test_from_the_trunk_to_a_promotion_and_a_pull_request(team: Team) -> None:
    assert HAS_IMAGES or os.environ.get("CI") != "true", "CI tries images: apt-get install docker-registry buildah"
    if not HAS_IMAGES:
        pytest.skip("images need docker-registry and buildah")
    clones.up(team.here)
    clones.up(team.here, "STACK=staging")

    team.commit({f"flows/{project}/Dockerfile": "FROM scratch\n" for project in ("orders", "weather")})
    team.git("push", "-q", "origin", "main")
    trunk = team.git("rev-parse", "HEAD")
    team.job("container", "push", vars__IMAGE_STACK="staging")
    team.job("deploy", "dev")
    assert set(team.commits("dev").values()) == {trunk}

    team.job(
        "promote", "promote", inputs__source="dev", inputs__target="staging", github__run_id="1",
        github__actor="octocat", github__actor_id="1",
    )  # fmt: skip
    branch = "promote/dev-to-staging-1"
    assert team.calls() == [
        f"pr create --base main --head {branch} --title Promote dev to staging --body-file {team.gh}/temp/body.md"
    ]
    assert f"Release `{trunk[:12]}` from `dev`" in team.body()
    assert "`+` Deployment `sales report/daily--staging`" in team.body()
    assert team.git("diff", "--name-only", "main", f"origin/{branch}") == "Pulumi.staging.yaml"
    assert team.commits("staging") == {}

    team.git("switch", "-q", "main")
    team.git("merge", "-q", "--ff-only", f"origin/{branch}")
    team.git("push", "-q", "origin", "main")
    changed = team.job("up", "changed", github__event__before=trunk)
    assert json.loads(changed["stacks"]) == ["staging"]
    team.job("up", "up", matrix__stack="staging")
    assert team.commits("staging") == team.commits("dev")

    # A part of it: the input stands after the options, whatever it says.
    team.job(
        "promote", "promote", inputs__source="dev", inputs__target="staging", inputs__patterns="orders/** weather/*/*",
        github__run_id="2", github__actor="octocat", github__actor_id="1",
    )  # fmt: skip
    assert "--head promote/dev-to-staging-2" in team.calls()[-1]
    edited = team.git("show", "origin/promote/dev-to-staging-2:Pulumi.staging.yaml")
    assert '"orders/**":' in edited
    assert '"weather/*/*":' in edited

    team.git("switch", "-q", "--create", "feature", "main")
    version = team.edit("flows/orders/pyproject.toml", 'version = "', 'version = "1!')
    team.commit({**team.edit("flows/orders/sales_report.py", '"days": 1}', '"days": 3}'), **version})
    team.job("container", "build", vars__IMAGE_STACK="staging")
    number = {"github__event__pull_request__number": "12"}
    team.job("preview", "stacks", **number)
    assert [call.split()[-4] for call in team.calls()][-1] == "POST"
    first = team.body()
    assert "**`dev`**: 2 updated" in first
    assert "`parameter days: 1 -> 3`" in first
    assert "staging" not in first
    # The next push: the comment is there, and is replaced.
    team.job("preview", "stacks", without=("flowstacks",), **number)
    assert "--method PATCH" in team.calls()[-1]
    assert team.body() == first

    team.job("preview", "fork")
    assert "made without credentials" in team.runner.summary()
    assert "`orders/sales-report/daily`" in team.runner.summary()
    assert team.calls() == []
