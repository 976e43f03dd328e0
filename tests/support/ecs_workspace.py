"""A workspace whose stack has runtime `ecs`, on the AWS emulator through the embedded default's AWS plugin."""

import json
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from typing_extensions import override

from flowstacks.local.engine import aws_plugin_script
from flowstacks.local.places import Places
from flowstacks.local.servers import aws_emulator
from tests.support.workspace import ROOT, Workspace

REGION = "eu-central-1"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


class EcsWorkspace(Workspace):
    """`aws_url` is the emulator's, `registry_url` of the registry beside it, None where there is none."""

    def __init__(self, folder: Path, api: str, engine: Path, aws_url: str, registry_url: str | None = None) -> None:
        self.aws_url = aws_url
        self.registry_url = registry_url
        super().__init__(folder, api, engine)

    @property
    def name(self) -> str:
        """Of everything that the environment has once."""
        return f"flowstacks-{self.stack}"

    @override
    def _environment(self, folder: Path, venv: Path) -> dict[str, str]:
        env = super()._environment(folder, venv)
        places = Places(folder)
        folder.mkdir(parents=True, exist_ok=True)
        places.venv.symlink_to(ROOT / ".venv")
        aws_plugin_script.install(places, env)
        registry = {"FLOWSTACKS_REGISTRY": self.registry_url} if self.registry_url else {}
        return {
            **env,
            **KEYS,
            **registry,
            "PATH": f"{places.bin}:{env['PATH']}",
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @override
    def configure(self, config: Mapping[str, Any]) -> None:
        super().configure({"runtime": "ecs", **{key: value for key, value in config.items() if key != "runtime"}})
        with self.stack_file.open("a", encoding="utf-8") as file:
            file.write(f"  aws:region: {json.dumps(REGION)}\n")

    def client(self, service: str) -> Any:
        """boto3, as anybody would look."""
        return boto3.session.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION).client(
            service, endpoint_url=self.aws_url
        )

    def aws_changes(self) -> list[str]:
        """Every request so far that changed something in AWS, whoever sent it, as the emulator wrote it down."""
        with urllib.request.urlopen(f"{self.aws_url}{aws_emulator.READY}", timeout=30) as answer:  # noqa: S310 - loopback
            journal = Path(answer.read().decode())
        return journal.read_text(encoding="utf-8").splitlines()

    def task_definition(self, key: str) -> dict[str, Any]:
        """The newest active revision of the family for a project or an address."""
        family = f"{self.name}-{key.replace('/', '--')}"
        return self.client("ecs").describe_task_definition(taskDefinition=family)["taskDefinition"]

    def state(self) -> str:
        """All files of the state backend: checkpoint, backups, history."""
        folder = self.root.parent / "state"
        return "\n".join(file.read_text(encoding="utf-8") for file in sorted(folder.rglob("*.json*")))
