"""Workflows as data, and a runner of a job's own shell steps on this machine.

Of GitHub's expressions it knows what the workflows use: a path into the contexts, `github.token`, and `||` with a text.
Actions (`uses:`) and conditions are GitHub's; the shell steps are ours, and run as GitHub runs them (`bash -e`).
"""

import dataclasses
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.support.workspace import ROOT

FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_TIMEOUT_S = 600

Job = Mapping[str, Any]


def read(path: Path) -> Mapping[str, Any]:
    """The whole workflow; `on` stays a text, as in YAML 1.2."""
    loader: Any = YAML(typ="safe")
    return loader.load(path)


def jobs(path: Path) -> Mapping[str, Job]:
    return read(path)["jobs"]


@dataclasses.dataclass
class Runner:
    """One job's machine: `root` is the checkout, `temp` its `RUNNER_TEMP`, `env` the machine's own variables."""

    root: Path
    temp: Path
    env: Mapping[str, str]
    contexts: Mapping[str, str]

    def run(self, workflow: str, job: str, *, without: tuple[str, ...] = ()) -> dict[str, str]:
        """All shell steps but those that begin with one of `without`; each must succeed. What it put out, by name."""
        self.temp.mkdir(parents=True, exist_ok=True)
        said = jobs(FOLDER / f"{workflow}.yml")[job]
        files = {name: self.temp / name for name in ("GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        env = {**self.env, "RUNNER_TEMP": str(self.temp), **{name: str(file) for name, file in files.items()}}
        env |= self._resolved(said.get("env", {}))
        for step in said["steps"]:
            if "run" in step and not step["run"].startswith(without):
                self._step(step, self._with_path(env, files["GITHUB_PATH"]))
        lines = files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
        return {name: value for name, _, value in (line.partition("=") for line in lines)}

    def summary(self) -> str:
        return (self.temp / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")

    def _step(self, step: Mapping[str, Any], env: Mapping[str, str]) -> None:
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-c", step["run"]], cwd=self.root,
            env={**env, **self._resolved(step.get("env", {}))}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=_TIMEOUT_S, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{step['run']}\n{done.stdout}\n{done.stderr}"

    def _resolved(self, said: Mapping[str, Any]) -> dict[str, str]:
        """Without what has no value here: a machine's own variable of that name stays."""
        found = {name: _EXPRESSION.sub(lambda match: self._value(match[1]), str(value)) for name, value in said.items()}
        return {name: value for name, value in found.items() if value}

    def _value(self, expression: str) -> str:
        assert re.fullmatch(r"[a-z_.A-Z]+", expression), f"teach the runner this expression: {expression}"
        return self.contexts.get(expression, "")

    @staticmethod
    def _with_path(env: Mapping[str, str], added: Path) -> dict[str, str]:
        folders = [line for line in added.read_text(encoding="utf-8").splitlines() if line]
        return {**env, "PATH": os.pathsep.join([*reversed(folders), env["PATH"]])}
