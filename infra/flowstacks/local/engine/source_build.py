"""Build the engine from its Go modules, where the vendor's site is out of reach (docs/adr/0002)."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from flowstacks.local import progress
from flowstacks.local.engine import tools, version
from flowstacks.local.errors import LocalError

_FLAG = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
_SDK = "github.com/pulumi/pulumi/sdk/v3"
_OLDEST_GO = (1, 21)  # the first that fetches the toolchain a go.mod asks for
_TAIL_LINES = 12
_BUILDS = {
    "cli": (tools.CLI, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"),
    "language-python": (tools.LANGUAGE_HOST, "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"),
}
"""Tool module → what it makes. Two modules, since the language host left `sdk/v3` after v3.79.0 for a nested module
that the module proxy does not serve."""


def into(folder: Path) -> None:
    """Fill `folder` with the four tools: 3 to 6 minutes on two cores, less with a warm Go cache.

    Raises `LocalError` without a fitting Go, or with the last lines of the build.
    """
    _check_go()
    with tempfile.TemporaryDirectory() as name:
        # `go` may write go.sum; the committed one must stay as it is.
        modules = Path(name)
        for module, (tool, package) in _BUILDS.items():
            shutil.copytree(tools.MODULES / module, modules / module)
            _build(modules / module, package, folder / tool)
        _copy_scripts(modules / "cli", folder)


def sources() -> list[Path]:
    """The files that decide what is built."""
    return [tools.MODULES / module / name for module in _BUILDS for name in ("go.mod", "go.sum")]


def _check_go() -> None:
    go = shutil.which("go")
    if not go:
        raise LocalError("go is missing. Install Go 1.21 or newer (https://go.dev/dl)")
    printed = subprocess.run([go, "version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"go(\d+)\.(\d+)", printed)
    if not match or (int(match.group(1)), int(match.group(2))) < _OLDEST_GO:
        raise LocalError(f"{printed.strip() or go} is too old. Install Go 1.21 or newer (https://go.dev/dl)")


def _build(module: Path, package: str, target: Path) -> None:
    flags = f"-s -w -X {_FLAG}={version.pinned((module / 'go.mod').read_text(encoding='utf-8'))}"
    command = ["go", "build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", str(target), package]
    log = module / "build.log"
    with progress.shown(f"{target.name} is built", lambda: f", {_lines(log)} packages"), log.open("wb") as file:
        done = subprocess.run(command, cwd=module, env=_environment(), stdout=file, stderr=file, check=False)
    if done.returncode:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL_LINES:])
        raise LocalError(
            f"{target.name} can't be built:\n{tail}\n"
            f"Install pulumi {version.RANGE}, yourself (https://www.pulumi.com/docs/install), then try again"
        )


def _copy_scripts(cli_module: Path, folder: Path) -> None:
    listed = subprocess.run(
        ["go", "list", "-m", "-f", "{{.Dir}}", _SDK],
        cwd=cli_module,
        env=_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    for name, place in tools.SCRIPTS.items():
        shutil.copyfile(Path(listed.stdout.strip()) / place / name, folder / name)
        (folder / name).chmod(0o755)


def _environment() -> dict[str, str]:
    # A workspace file of a parent folder would pull foreign modules in.
    return {**os.environ, "GOWORK": "off"}


def _lines(log: Path) -> int:
    return log.read_bytes().count(b"\n") if log.exists() else 0
