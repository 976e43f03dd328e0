"""A project's uv.lock as pinned requirements: `uv export`, remembered by the hash of what went in."""

import hashlib
import json
import os
import pathlib
import subprocess
import tempfile

import pydantic

from flowstacks.discovery.findings import Findings
from flowstacks.git.git_tree import Blob

NAME = "uv.lock"
_FORMAT = "1"
_LINES = pydantic.TypeAdapter(tuple[str, ...])
_EXPORT = (
    *("uv", "export", "--frozen", "--no-emit-project", "--no-hashes", "--no-header", "--no-annotate", "--offline"),
    *("--no-dev", "--quiet", "--no-config"),
)


def pinned(toml: Blob, locked: Blob, file: str, findings: Findings) -> tuple[str, ...]:
    """PEP 508 lines of everything that the project's default install has; `file` is the lock's path.

    Reported: a lock that uv can't read, one with local or editable packages, and a missing uv.
    """
    cached = _cache(toml, locked)
    if cached.exists():
        return _LINES.validate_json(cached.read_bytes())
    lines = _exported(toml, locked, file, findings)
    local = [line for line in lines or () if line.startswith(("-", ".", "/", "file:"))]
    for line in local:
        remedy = "List its folder under shared in [tool.flowstacks] instead of installing it"
        findings.error("requirements", file, 0, f"the lock holds a local package: {line}", remedy)
    if lines is not None and not local:
        _remember(cached, lines)
    return tuple(line for line in lines or () if line not in local)


def cache_folder() -> pathlib.Path:
    """`$FLOWSTACKS_CACHE_DIR`, else `~/.cache/flowstacks`."""
    folder = os.environ.get("FLOWSTACKS_CACHE_DIR")
    return pathlib.Path(folder) if folder else pathlib.Path.home() / ".cache" / "flowstacks"


def _cache(toml: Blob, locked: Blob) -> pathlib.Path:
    digest = hashlib.sha256(" ".join([_FORMAT, *_EXPORT]).encode())
    for blob in (toml, locked):
        digest.update(hashlib.sha256(blob.content).digest())
    return cache_folder() / "requirements" / f"{digest.hexdigest()}.json"


def _remember(cached: pathlib.Path, lines: tuple[str, ...]) -> None:
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        # A read-only home, as in many containers: the next run asks uv again.
        return
    # Two runs at once must never read half a file.
    with tempfile.NamedTemporaryFile("w", dir=cached.parent, delete=False) as file:
        file.write(json.dumps(lines))
    pathlib.Path(file.name).replace(cached)


def _exported(toml: Blob, locked: Blob, file: str, findings: Findings) -> tuple[str, ...] | None:
    with tempfile.TemporaryDirectory(prefix="flowstacks-lock-") as folder:
        (pathlib.Path(folder) / "pyproject.toml").write_bytes(toml.content)
        (pathlib.Path(folder) / NAME).write_bytes(locked.content)
        try:
            done = subprocess.run(
                _EXPORT, cwd=folder, capture_output=True, check=False, text=True, env=_environment(), encoding="utf-8"
            )
        except FileNotFoundError:
            findings.error("requirements", file, 0, "uv is not on PATH, so the lock can't be read", "Install uv")
            return None
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1].strip()
        findings.error("requirements", file, 0, f"uv can't read the lock: {reason}", "Make it anew: uv lock")
        return None
    return tuple(line.strip() for line in done.stdout.splitlines() if line.strip())


def _environment() -> dict[str, str]:
    # The caller's own environment must not lead uv to another project.
    dropped = ("VIRTUAL_ENV", "UV_PROJECT", "UV_PROJECT_ENVIRONMENT", "UV_WORKING_DIRECTORY")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "UV_PYTHON_DOWNLOADS": "never"}
