"""A program with every type of the AWS stand-in, run by the real engine with the real SDK against the emulator."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

from flowstacks.local import variables
from flowstacks.local.engine import aws_plugin_script
from flowstacks.local.places import Places
from tests.support.workspace import ROOT, Ran

REGION = "eu-central-1"
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
DEFAULT_TAGS = {"environment": "test"}
_STACK = "test"
_TIMEOUT_S = 180

PROGRAM = """
import json
import pathlib

import pulumi
import pulumi_aws as aws

wanted = json.loads(pathlib.Path("wanted.json").read_text())
opts = pulumi.ResourceOptions(provider=aws.Provider("aws", **wanted.pop("provider")))


def made(kind, name, **more):
    return kind(name, **more, **wanted[name], opts=opts) if name in wanted else None


for name, (token, props) in wanted.pop("raw", {}).items():
    pulumi.CustomResource(token, name, props, opts)
repository = made(aws.ecr.Repository, "repository")
if repository:
    made(aws.ecr.LifecyclePolicy, "lifecycle", repository=repository.name)
cluster = made(aws.ecs.Cluster, "cluster")
role = made(aws.iam.Role, "role")
if role:
    made(aws.iam.RolePolicy, "policy", role=role.id)
logs = made(aws.cloudwatch.LogGroup, "logs")
secret = made(aws.secretsmanager.Secret, "secret")
if secret:
    value = pulumi.Output.secret(wanted["value"].pop("secret_string"))
    made(aws.secretsmanager.SecretVersion, "value", secret_id=secret.id, secret_string=value)
if role:
    image = pulumi.Output.concat(repository.repository_url, "@", wanted.pop("digest"))
    containers = pulumi.Output.json_dumps([{**wanted.pop("container"), "image": image}])
    task = made(aws.ecs.TaskDefinition, "task", container_definitions=containers, execution_role_arn=role.arn)
    made(aws.ecs.Service, "service", cluster=cluster.arn, task_definition=task.arn)
    pulumi.export("task", {"arn": task.arn, "family": task.arn_without_revision, "revision": task.revision})
    pulumi.export("role", {"arn": role.arn, "unique_id": role.unique_id})
    pulumi.export("secret", secret.arn)
    pulumi.export("names", [repository.id, cluster.id, logs.id, logs.arn])
"""


def provider(url: str) -> dict[str, Any]:
    """Settings of `aws.Provider`, as the real one takes them."""
    return {
        "region": REGION, "access_key": "test", "secret_key": "test", "skip_credentials_validation": True,
        "skip_requesting_account_id": True, "skip_metadata_api_check": True, "s3_use_path_style": True,
        "default_tags": {"tags": DEFAULT_TAGS},
        "endpoints": [dict.fromkeys(("ecr", "ecs", "iam", "logs", "secretsmanager"), url)],
    }  # fmt: skip


class AwsProgram:
    """One stack; `url` is the emulator's."""

    def __init__(self, folder: Path, url: str, engine: Path) -> None:
        self.url = url
        self._standing: Mapping[str, Any] | None = None
        self.root = folder / "program"
        self.state = folder / "state"
        self._engine = engine
        for made in (self.root, self.state):
            made.mkdir(parents=True)
        places = Places(folder)
        places.venv.symlink_to(ROOT / ".venv")
        kept = variables.without_inherited(os.environ)
        assert aws_plugin_script.install(places, kept), (
            "a real AWS plugin is on PATH: the stand-in can't be tested here"
        )
        self._env = {
            **kept,
            "PATH": f"{places.bin}:{engine.parent}:{places.venv / 'bin'}:{kept['PATH']}",
            "PULUMI_BACKEND_URL": f"file://{self.state}",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_HOME": str(places.pulumi_home),
            "PULUMI_SKIP_UPDATE_CHECK": "1",
        }
        (self.root / "Pulumi.yaml").write_text("name: all-types\nruntime: python\n", encoding="utf-8")
        (self.root / "__main__.py").write_text(PROGRAM, encoding="utf-8")
        self.pulumi("stack", "init", _STACK)

    def client(self, service: str) -> Any:
        return boto3.session.Session(**KEYS, region_name=REGION).client(service, endpoint_url=self.url)

    def want(self, resources: Mapping[str, Any]) -> None:
        text = json.dumps({"provider": provider(self.url), **resources})
        (self.root / "wanted.json").write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> Ran:
        command = [str(self._engine), *arguments, "--non-interactive"]
        done = subprocess.run(
            command, cwd=self.root, env=self._env, check=False, text=True, timeout=_TIMEOUT_S,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout)

    def pulumi(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.code == 0, done.text
        return done.text

    def up(self, resources: Mapping[str, Any], *more: str) -> None:
        self.want(resources)
        self._standing = None
        self.pulumi("up", "--yes", "--skip-preview", "--stack", _STACK, *more)
        self._standing = resources

    def stand(self, resources: Mapping[str, Any]) -> None:
        """As `up`, where the last one did not want the very same."""
        if self._standing != resources:
            self.up(resources)

    def refused(self, resources: Mapping[str, Any], command: str = "preview") -> str:
        """What is said about what can't be done."""
        self.want(resources)
        self._standing = None
        flags = ("--yes", "--skip-preview") if command == "up" else ()
        done = self.run(command, *flags, "--stack", _STACK)
        assert done.code, done.text
        return done.text

    def steps(self, resources: Mapping[str, Any], *more: str) -> dict[str, dict[str, Any]]:
        """The preview's steps by resource name, unchanged ones left out."""
        self.want(resources)
        command = [str(self._engine), "preview", "--json", "--stack", _STACK, *more]
        done = subprocess.run(
            command, cwd=self.root, env=self._env, check=False, text=True, timeout=_TIMEOUT_S,
            stdin=subprocess.DEVNULL, capture_output=True,
        )  # fmt: skip
        told = json.loads(done.stdout)
        assert done.returncode == 0, [one["message"] for one in told["diagnostics"]]
        steps = [step for step in told["steps"] if step["op"] not in {"same", "refresh", "read"}]
        return {step["urn"].rpartition("::")[2]: step for step in steps}

    def destroy(self) -> None:
        self._standing = None
        self.pulumi("destroy", "--yes", "--skip-preview", "--stack", _STACK)

    def outputs(self) -> dict[str, Any]:
        return json.loads(self.pulumi("stack", "output", "--json", "--show-secrets", "--stack", _STACK))

    def resource(self, name: str) -> dict[str, Any]:
        """As the state has it."""
        exported = json.loads(self.pulumi("stack", "export", "--stack", _STACK))
        return next(one for one in exported["deployment"]["resources"] if one["urn"].endswith(f"::{name}"))
