"""One thing that is wrong with what a user wrote, and what to do about it."""

import dataclasses
from collections.abc import Iterable
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "info"]

_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


class Place(NamedTuple):
    """`file` is relative to the repository root; `line` counts from 1, 0 where the whole file is meant."""

    file: str
    line: int

    def __str__(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclasses.dataclass(frozen=True, kw_only=True)
class Problem:
    """A finding about what the user wrote."""

    severity: Severity
    """`error` stops an `up`."""
    code: str
    """Stable id in kebab case, for machines."""
    file: str
    """Relative to the repository root."""
    line: int
    """Counts from 1; 0 where the whole file is meant."""
    message: str
    """What is wrong, without a full stop."""
    remedy: str
    """What to do about it, without a full stop."""
    address: str | None = None
    """Of the deployment, where it is about one."""

    def __str__(self) -> str:
        """`file:line: severity: message (address) - remedy`, one line."""
        return self._line(f"{self.severity}: ")

    @property
    def text(self) -> str:
        """The same without the severity, for a reader who shows it otherwise."""
        return self._line("")

    def _line(self, severity: str) -> str:
        place = Place(self.file, self.line)
        deployment = f" [{self.address}]" if self.address else ""
        return printable(f"{place}: {severity}{self.message}{deployment}. {self.remedy}")


def printable(text: str) -> str:
    """The text with every character escaped that a terminal would obey or could not show."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def error(code: str, place: Place, message: str, remedy: str, *, address: str | None = None) -> Problem:
    """Something that stops an `up`."""
    return Problem(
        severity="error", code=code, file=place.file, line=place.line, message=message, remedy=remedy, address=address
    )


def warning(code: str, place: Place, message: str, remedy: str, *, address: str | None = None) -> Problem:
    """Something that an `up` does all the same, but hardly as meant."""
    return dataclasses.replace(error(code, place, message, remedy, address=address), severity="warning")


def in_reading_order(problems: Iterable[Problem]) -> list[Problem]:
    """Errors first, then by file, line and code; repeated findings once."""
    return sorted(set(problems), key=lambda p: (_ORDER[p.severity], p.file, p.line, p.code, p.message))


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those that stop an `up`."""
    return [problem for problem in in_reading_order(problems) if problem.severity == "error"]
