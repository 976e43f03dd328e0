"""A team's repository in a temporary folder, with its own state, against a real server through the real engine."""

import copy
import dataclasses
import json
import os
import subprocess
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import httpx

from flowstacks.local import variables
from flowstacks.local.state import attributes

ROOT = Path(__file__).parents[2]
_TIMEOUT_S = 300


@dataclasses.dataclass(frozen=True)
class Ran:
    """What a command printed, both streams in one."""

    code: int
    text: str


@dataclasses.dataclass(frozen=True)
class Planned:
    """What a preview says by `kind name`: the operation, the inputs that differ, the notices."""

    operations: dict[str, str]
    changed: dict[str, list[str]]
    notices: dict[str, str]


class Workspace:
    """One stack of a repository. Its name is unique, so that tests can share a server."""

    def __init__(self, folder: Path, api: str, engine: Path, venv: Path = ROOT / ".venv") -> None:
        self.root = folder / "repository"
        self.api = api
        self.stack = f"t{uuid.uuid4().hex[:8]}"
        self.log = folder / "requests.log"
        self.engine = engine
        self._env = self._environment(folder, venv)
        (folder / "state").mkdir(parents=True)
        for name in ("__main__.py", "Pulumi.yaml"):
            self.write(name, (ROOT / name).read_text(encoding="utf-8"))
        self.write(".gitignore", "__pycache__/\n.local/\n")
        self.configure({"runtime": "process", "release": {"commit": "HEAD"}})
        self.git("init", "-q", "-b", "main")
        self.commit("start")
        self.pulumi("stack", "init", self.stack)

    def _environment(self, folder: Path, venv: Path) -> dict[str, str]:
        kept = variables.without_inherited(os.environ)
        return {
            **kept,
            "PATH": f"{self.engine.parent}:{venv / 'bin'}:{kept['PATH']}",
            "VIRTUAL_ENV": str(venv),
            "PREFECT_API_URL": self.api,
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_OPTION_SUPPRESS_OUTPUTS": "true",
            "FLOWSTACKS_REQUEST_LOG": str(self.log),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@flows.test",
            "GIT_COMMITTER_NAME": "Test", "GIT_COMMITTER_EMAIL": "test@flows.test",
        }  # fmt: skip

    @property
    def stack_file(self) -> Path:
        return self.root / f"Pulumi.{self.stack}.yaml"

    def beside(self) -> Self:
        """Another stack of the same repository."""
        other = copy.copy(self)
        other.stack = f"t{uuid.uuid4().hex[:8]}"
        other.configure({"runtime": "process"})
        other.pulumi("stack", "init", other.stack)
        return other

    def configure(self, config: Mapping[str, Any]) -> None:
        """Replace the stack's config; the engine's own keys stay. JSON is YAML."""
        salt = [
            line
            for line in (self.stack_file.read_text(encoding="utf-8").splitlines() if self.stack_file.exists() else [])
            if line.startswith("encryptionsalt")
        ]
        values = {f"flowstacks:{key}": value for key, value in config.items()}
        lines = ["config:", *(f"  {key}: {json.dumps(value)}" for key, value in values.items())]
        self.stack_file.write_text("\n".join([*salt, *lines]) + "\n", encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=self._env, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, message: str = "change", **files: str) -> str:
        """Commit everything, the given files first; the commit's hash."""
        for path, text in files.items():
            self.write(path, text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def run(self, *command: str, env: Mapping[str, str] | None = None) -> Ran:
        done = subprocess.run(
            command, cwd=self.root, env={**self._env, **(env or {})}, check=False, text=True, timeout=_TIMEOUT_S,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout)

    def popen(self, *arguments: str) -> subprocess.Popen[str]:
        """A `pulumi` in the background, in a session of its own, unheard."""
        return subprocess.Popen(
            [str(self.engine), *arguments, "-s", self.stack], cwd=self.root, env=self._env, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def unlock(self) -> None:
        """After a `kill -9` of the engine: the lock goes, and attribute files that it left half-written."""
        attributes.mend(Path(self._env["PULUMI_BACKEND_URL"].removeprefix("file://")))
        self.pulumi("cancel", "--yes")

    def pulumi(self, *arguments: str, expect: int = 0, env: Mapping[str, str] | None = None) -> str:
        selected = () if arguments[:2] == ("stack", "init") else ("-s", self.stack)
        done = self.run(str(self.engine), *arguments, *selected, "--non-interactive", env=env)
        assert (done.code == 0) == (expect == 0), done.text
        return done.text

    def up(self, *more: str, expect: int = 0) -> str:
        return self.pulumi("up", "--yes", "--skip-preview", *more, expect=expect)

    def destroy(self, *, expect: int = 0) -> str:
        return self.pulumi("destroy", "--yes", "--skip-preview", expect=expect)

    def preview(self, *more: str, env: Mapping[str, str] | None = None) -> Planned:
        """What the engine would do, `same` left out."""
        done = subprocess.run(
            [str(self.engine), "preview", "--json", "-s", self.stack, *more], cwd=self.root,
            env={**self._env, **(env or {})}, check=False, capture_output=True, text=True, timeout=_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        told = json.loads(done.stdout)
        steps = [step for step in told["steps"] if step["op"] not in {"same", "refresh"}]
        return Planned(
            operations={_shown(step["urn"]): step["op"] for step in steps},
            changed={_shown(step["urn"]): _changed(step) for step in steps},
            notices={_shown(one["urn"]): one["message"] for one in told.get("diagnostics", []) if one.get("urn")},
        )  # fmt: skip

    def done(self) -> dict[str, int]:
        """How many resources the last `up` did what to, `same` left out."""
        last = json.loads(self.pulumi("stack", "history", "--json", "--page-size", "1"))[0]
        return {what: count for what, count in last["resourceChanges"].items() if what != "same"}

    def requests(self) -> list[str]:
        """`METHOD path status` of each request since the last call."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return lines

    def outputs(self) -> dict[str, Any]:
        return json.loads(self.pulumi("stack", "output", "--json"))

    def ids(self) -> dict[str, str]:
        """Deployment IDs by address, as the stack's outputs have them."""
        return {address: one["id"] for address, one in self.outputs()["deployments"].items()}

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """One request to the server's API; None for an empty answer or 404."""
        for _ in range(100):
            answer = httpx.request(method, f"{self.api}{path}", json=body, timeout=60)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            time.sleep(0.3)  # SQLite has one writer, and its own services write too
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def deployment(self, flow: str, name: str) -> Any:
        return self.ask("GET", f"/deployments/name/{flow}/{name}")


def _shown(urn: str) -> str:
    _, _, types, name = urn.removeprefix("urn:pulumi:").split("::", 3)
    return f"{types.rsplit(':', 1)[-1]} {name}"


def _changed(step: Mapping[str, Any]) -> list[str]:
    before, after = (step.get(state, {}).get("inputs", {}) for state in ("oldState", "newState"))
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))


def mutating(requests: list[str]) -> list[str]:
    """Those that could change something: all but GET, and POST to a read route."""
    reads = ("/filter", "/paginate", "/count")
    return [
        line
        for line in requests
        if not line.startswith("GET ") and not line.split()[1].split("?")[0].rstrip("/").endswith(reads)
    ]
