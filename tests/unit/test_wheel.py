import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from flowstacks import program

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "infra" / "flowstacks"


@pytest.fixture(scope="module")
def wheel_files(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = ["uv", "build", "--wheel", "--out-dir", str(folder), str(ROOT)]
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    subprocess.run(command, check=True, capture_output=True, env=environment, timeout=120)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_has_every_file_of_the_package(wheel_files: set[str]) -> None:
    listing = subprocess.run(
        ["git", "ls-files", "infra/flowstacks"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    files = {path.removeprefix("infra/") for path in listing.stdout.splitlines() if (ROOT / path).exists()}
    assert {Path(path).suffix for path in files} >= {".json", ".mod", ".sum", ".sh", ".yml"}
    assert files - wheel_files == set()


def test_the_wheel_has_nothing_but_the_package(wheel_files: set[str]) -> None:
    assert {path for path in wheel_files if not path.startswith(("flowstacks/", "flowstacks-"))} == set()


def test_off_the_template_the_revision_is_the_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program.metadata, "version", {"flowstacks": "1.2.3"}.__getitem__)
    assert program.infra_revision(tmp_path) == "1.2.3"


def test_a_venv_inside_the_repository_is_off_the_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program.metadata, "version", {"flowstacks": "1.2.3"}.__getitem__)
    monkeypatch.setattr(program, "__file__", str(tmp_path / ".venv/lib/site-packages/flowstacks/program.py"))
    assert program.infra_revision(tmp_path) == "1.2.3"


def test_in_the_template_the_revision_is_a_commit_of_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@flows.test", "-C", str(tmp_path)]
    program_file = tmp_path / "infra/flowstacks/program.py"
    program_file.parent.mkdir(parents=True)
    program_file.write_text("")
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "infra"], check=True)
    first = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    (tmp_path / "other.txt").write_text("")
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "other"], check=True)
    monkeypatch.setattr(program, "__file__", str(program_file))
    assert program.infra_revision(tmp_path) == first
