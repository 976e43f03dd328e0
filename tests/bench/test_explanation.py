"""Seconds to say what a promotion would move: 500 deployments in 50 projects, one of them changed, no server asked.

Prints a table and asserts no time: the whole command as a child process (its imports count), and its parts.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from flowstacks.difference import plan
from flowstacks.evaluation import evaluation
from flowstacks.promotion import inheritance
from flowstacks.stack.stack_file import StackFile
from tests.support import flows
from tests.support.discovery_repo import Repo

COUNT = int(os.environ.get("BENCH_DEPLOYMENTS", "500"))
PER_PROJECT = 10
API = "http://127.0.0.1:4200/api"
T = TypeVar("T")


def _project(number: int, days: int) -> dict[str, str]:
    declared = [
        {"name": f"d{place}", "parameters": {"days": days}, "cron": f"{place} 4 * * *"} for place in range(PER_PROJECT)
    ]
    return {f"flows/p{number}/load.py": flows.declared("load", *declared, name=f"load-{number}")}


def _repository(folder: Path) -> Repo:
    repo = Repo(folder)
    files = {"Pulumi.yaml": "name: flowstacks\nruntime: python\n"}
    for number in range(COUNT // PER_PROJECT):
        files |= _project(number, 1)
    pins = {"main": repo.commit(dict(files)), "staging": repo.commit(dict(_project(0, 2)))}
    for stack, commit in pins.items():
        release = json.dumps({"commit": commit})
        text = f"config:\n  flowstacks:runtime: process\n  flowstacks:release: {release}\n"
        (repo.root / f"Pulumi.{stack}.yaml").write_text(text, encoding="utf-8")
    return repo


def _timed(what: str, act: Callable[[], T]) -> T:
    started = time.perf_counter()
    found = act()
    print(f"  {what:<32} {time.perf_counter() - started:6.2f} s", flush=True)
    return found


def test_explanation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", API)
    root = _repository(tmp_path / "repository").root
    print(f"\n{COUNT} deployments in {COUNT // PER_PROJECT} projects, 1 project changed\n")

    def command() -> str:
        words = [sys.executable, "-m", "flowstacks", "diff", "staging", "main"]
        env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        return subprocess.run(words, cwd=root, env=env, check=True, capture_output=True, text=True).stdout

    told = _timed("flowstacks diff, whole process", command)
    _timed("flowstacks diff, once more", command)
    now = _timed("main as it is", lambda: evaluation.run(root, "flowstacks", "main"))
    pinned = inheritance.pinned_as(now.config, evaluation.configured(root, "staging"))
    stack_file = StackFile(root, "main")
    then = _timed("main with staging's release", lambda: evaluation.judge(root, "flowstacks", pinned, stack_file))
    found = _timed("the plan", lambda: plan.compare(now.desired, then.desired))
    assert len(found.deployments) == PER_PROJECT
    assert f"{PER_PROJECT} deployments of 1 project move" in told
