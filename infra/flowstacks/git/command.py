"""Git as a child process: one place for its environment and for what its failures mean.

Options and formats are those of git 2.31 or newer (`--diff-merges`); seen on 2.39.5.
"""

import os
import pathlib
import subprocess
from collections.abc import Mapping, Sequence

from flowstacks.core import errors

_INHERITED = ("GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM")
_CONFIG = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "log.showSignature=false")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The child's environment: inside a hook or `git rebase --exec` GIT_DIR and GIT_INDEX_FILE name another place."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _INHERITED}
    # Replacement refs are local to a clone: the same commit would mean another tree elsewhere.
    return {**kept, "GIT_NO_REPLACE_OBJECTS": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", **(extra or {})}


def command_line(root: pathlib.Path, arguments: Sequence[str]) -> list[str]:
    """The argument list that runs git in `root`."""
    return ["git", "-C", str(root), *_CONFIG, *arguments]


def attempt(
    root: pathlib.Path, arguments: Sequence[str], extra: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git and return whatever came of it. Raises GitError where git itself is missing."""
    try:
        return subprocess.run(
            command_line(root, arguments),
            capture_output=True,
            check=False,
            env=environment(extra),
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError as error:
        raise errors.GitError("git is not on PATH. Install git 2.31 or newer") from error


def output(root: pathlib.Path, arguments: Sequence[str], extra: Mapping[str, str] | None = None) -> bytes:
    """Run git and return its standard output. Raises GitError with git's own last words."""
    done = attempt(root, arguments, extra)
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
        raise errors.GitError(
            f"git {arguments[0]} failed in {root}: {reason}. Run the same command there to look into it"
        )
    return done.stdout


def text(raw: bytes) -> str:
    """A path or a line of git's; bytes that are not UTF-8 survive the round trip."""
    return raw.decode(errors="surrogateescape")
