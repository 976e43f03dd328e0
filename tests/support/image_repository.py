"""A team's repository whose projects become images: own Dockerfiles on nothing, so that they build anywhere."""

import os
import subprocess
from pathlib import Path

from flowstacks.discovery import discovery
from flowstacks.discovery.manifest import Project
from tests.support import flows

STACK = "staging"
_GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@flows.test",
    "GIT_COMMITTER_NAME": "Test", "GIT_COMMITTER_EMAIL": "test@flows.test",
}  # fmt: skip
_FILES = {
    "Pulumi.yaml": "name: flowstacks\nruntime: python\n",
    f"Pulumi.{STACK}.yaml": "config:\n  aws:region: eu-central-1\n  flowstacks:runtime: ecs\n",
    "Pulumi.dev.yaml": "config:\n  flowstacks:runtime: process\n",
    "README.md": "not for images\n",
    "shared/lib.py": "ANSWER = 42\n",
    "flows/etl/pyproject.toml": (
        '[project]\nname = "etl"\nversion = "1.2.0"\n[tool.flowstacks]\nshared = ["shared"]\n'
        '[tool.flowstacks.images.gpu]\ndockerfile = "gpu.Dockerfile"\n'
    ),
    "flows/etl/load.py": flows.BARE,
    "flows/etl/run.sh": "#!/bin/sh\n",
    "flows/etl/Dockerfile": "FROM scratch\nCOPY flows/etl/pyproject.toml /environment/\n",
    "flows/etl/gpu.Dockerfile": "FROM scratch\nENV GPU=1",
    "flows/web/load.py": flows.BARE.replace("def hello", "def goodbye"),
}


class ImageRepository:
    """`etl` has an own image and one called `gpu`, and shares a folder; `web` has neither Dockerfile nor version."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for path, text in _FILES.items():
            self.write(path, text)
        (root / "flows/etl/run.sh").chmod(0o700)
        (root / "flows/etl/link.py").symlink_to("load.py")
        self.git("init", "-q", "-b", "main")
        self.head = self.commit()

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env={**os.environ, **_GIT}, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, **files: str) -> str:
        for path, text in files.items():
            self.write(path, text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        self.head = self.git("rev-parse", "HEAD")
        return self.head

    def configure(self, **config: str) -> None:
        """Values of `flowstacks:…` of the stack, as YAML flow."""
        lines = [f"  flowstacks:{key}: {value}\n" for key, value in config.items()]
        self.write(f"Pulumi.{STACK}.yaml", _FILES[f"Pulumi.{STACK}.yaml"] + "".join(lines))

    def project(self, name: str = "etl") -> Project:
        found, _ = discovery.discover(self.root, self.head)
        return next(project for project in found.projects if project.name == name)
