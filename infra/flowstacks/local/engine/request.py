"""What a `pulumi …` command line asks for, as far as stack files are concerned. Pure."""

import dataclasses
import enum
from collections.abc import Sequence


class Touches(enum.Enum):
    """What the engine would do with the committed stack file."""

    NOTHING = "leaves it alone"
    READS = "reads it, and writes a salt into it; takes --config-file"
    SALTS = "writes a salt into it or removes it; takes no --config-file"
    EDITS = "edits it, as the user asks"
    EDITS_SECRET = "encrypts a value into it"  # noqa: S105 - a description


@dataclasses.dataclass(frozen=True)
class Request:
    """A parsed command line; values are as written, None where the flag is absent."""

    touches: Touches
    """What becomes of the stack file."""

    stack: str | None
    """Of `--stack`, or the operand of `pulumi stack init` and its like; may be qualified."""

    folder: str | None
    """Of `--cwd`."""

    config_file: str | None
    """Of `--config-file`: read instead of the stack's own file."""

    command_end: int
    """Index in the arguments where further flags of the subcommand may be inserted."""


# pulumi 3.258.0, `cmd/pulumi/operations` and `cmd/pulumi/config`: the commands with `--config-file`, and their aliases.
_READS = frozenset({"up", "update", "preview", "pre", "refresh", "destroy", "import", "watch", "logs"})
_CONFIG = frozenset({"config", "conf", "cfg"})
_CONFIG_READS = frozenset({"get"})
_STACK_SALTS = frozenset({"init", "new", "history", "rm", "remove", "change-secrets-provider"})
_STACK_FLAGS = ("--stack", "-s")
_FOLDER_FLAGS = ("--cwd", "-C")
_CONFIG_FILE_FLAGS = ("--config-file",)
_VALUED = frozenset(
    {*_STACK_FLAGS, *_FOLDER_FLAGS, *_CONFIG_FILE_FLAGS, "--color", "--verbose", "-v", "--tracing", "--profiling"}
)


def understood(arguments: Sequence[str]) -> Request:
    """Parse `arguments`, those after `pulumi`."""
    positions = _positions(arguments)
    names = [arguments[place] for place in positions[:2]]
    return Request(
        touches=_touches(names, arguments),
        stack=_value(arguments, _STACK_FLAGS) or _operand(positions, arguments),
        folder=_value(arguments, _FOLDER_FLAGS),
        config_file=_value(arguments, _CONFIG_FILE_FLAGS),
        command_end=positions[len(_command(names)) - 1] + 1 if positions else len(arguments),
    )


def _operand(positions: list[int], arguments: Sequence[str]) -> str | None:
    """`stack init NAME` and its like name the stack without a flag."""
    names = [arguments[place] for place in positions]
    return next(iter(names[2:]), None) if names[:1] == ["stack"] else None


def _touches(names: list[str], arguments: Sequence[str]) -> Touches:
    if not names or _has_flag(arguments, "--help") or "-h" in arguments:
        return Touches.NOTHING
    first, second = names[0], names[1] if len(names) > 1 else ""
    if first in _READS or (first in _CONFIG and (not second or second in _CONFIG_READS)):
        return Touches.READS
    if first in _CONFIG:
        return Touches.EDITS_SECRET if _has_flag(arguments, "--secret") else Touches.EDITS
    if first == "stack" and second in _STACK_SALTS:
        return Touches.SALTS
    return Touches.NOTHING


def _command(names: list[str]) -> list[str]:
    nested = len(names) > 1 and names[0] in _CONFIG and names[1] in _CONFIG_READS
    return names if nested else names[:1]


def _positions(arguments: Sequence[str]) -> list[int]:
    """Places of what is no flag and no flag's value."""
    positions: list[int] = []
    value_follows = False
    for place, argument in enumerate(arguments):
        if value_follows:
            value_follows = False
        elif argument.startswith("-"):
            value_follows = argument in _VALUED
        else:
            positions.append(place)
    return positions


def _value(arguments: Sequence[str], flags: tuple[str, ...]) -> str | None:
    long, *short = flags
    for place, argument in enumerate(arguments):
        if argument in flags:
            return arguments[place + 1] if place + 1 < len(arguments) else None
        if argument.startswith(f"{long}="):
            return argument.removeprefix(f"{long}=")
        if short and argument.startswith(short[0]) and not argument.startswith("--"):
            return argument.removeprefix(short[0])
    return None


def _has_flag(arguments: Sequence[str], flag: str) -> bool:
    return any(argument == flag or argument.startswith(f"{flag}=") for argument in arguments)
