"""What `check` reads in a stack file is what the engine hands over, for every scalar that is not refused."""

import json
import os
import random
import subprocess
from pathlib import Path

from flowstacks.core import yaml_scalar
from flowstacks.stack.stack_file import StackFile

_WORDS = """
010 089 0 -0 0o10 0O10 0x1F 0X1F 0b10 0B10 0b12 1_000 1__0 _1 1_ +5 -5 +1.5 1_0.5 yes No on OFF y true TRUE tRue ~ null
1:30 190:20:30 12345678901234567890 9223372036854775807 -9223372036854775808 9223372036854775808 9007199254740993 1e3
1E3 1e400 1e-400 1e21 1e20 1.2345678901234568e20 1.5e300 .5 5. 5.e3 1.10 -0.0 ._5 1_.5 1e5_0 2020-01-01 2020-1-1
2020-99-99 2020-01-01T00:00:00Z 0x_1 0_ 0x 0b 0x1p3 1e 1.2.3 00 +_1 -.5 +.5 - = . .. 9f3c1e2 123e4567 1e5 123e45 0e0
0.1e1 v1 01:30 1e+3 1e+ +1e3
"""


def _scalars() -> list[str]:
    letters = random.Random(4)
    made = {"".join(letters.choices("0123456789_+-.eExob", k=letters.randint(1, 8))) for _ in range(2000)}
    return [*_WORDS.split(), *sorted(made)]


def _is_accepted(token: str) -> bool:
    return yaml_scalar.fault(token, 1) is None and token not in {"-", "="}


def test_an_accepted_scalar_arrives_as_it_is_read(tmp_path: Path) -> None:
    scalars = [token for token in _scalars() if _is_accepted(token)]
    assert len(scalars) > 1000
    lines = "".join(f"    - {token}\n" for token in scalars)
    (tmp_path / "Pulumi.yaml").write_text("name: flowstacks\nruntime: python\n")
    (tmp_path / "state").mkdir()
    env = {
        **os.environ, "PULUMI_BACKEND_URL": f"file://{tmp_path}/state", "PULUMI_CONFIG_PASSPHRASE": "x",
        "PULUMI_SKIP_UPDATE_CHECK": "true", "PULUMI_HOME": str(tmp_path / "home"),
    }  # fmt: skip
    _pulumi(tmp_path, env, "stack", "init", "dev")
    with (tmp_path / "Pulumi.dev.yaml").open("a") as file:
        file.write(f"config:\n  flowstacks:scalars:\n{lines}")
    told = json.loads(_pulumi(tmp_path, env, "config", "--json", "-s", "dev"))["flowstacks:scalars"]["value"]
    read = StackFile(tmp_path, "dev").values()["flowstacks:scalars"]
    pairs = zip(scalars, json.loads(told), read, strict=True)
    assert [(token, engine, here) for token, engine, here in pairs if repr(engine) != repr(here)] == []


def _pulumi(folder: Path, env: dict[str, str], *arguments: str) -> str:
    return subprocess.run(
        ["pulumi", *arguments], cwd=folder, env=env, check=True, capture_output=True, text=True, timeout=120
    ).stdout
