"""Collects problems while discovery reads on: all of them at once, never the first only."""

from flowstacks.core.problem import Problem


class Findings:
    """`file` is relative to the repository root; `line` counts from 1, 0 for the whole file."""

    def __init__(self) -> None:
        """Nothing found yet."""
        self.problems: list[Problem] = []

    def error(self, code: str, file: str, line: int, message: str, remedy: str) -> None:
        """What can't be deployed as written."""
        self.problems.append(Problem(severity="error", code=code, file=file, line=line, message=message, remedy=remedy))

    def warning(self, code: str, file: str, line: int, message: str, remedy: str) -> None:
        """What is deployed, but hardly as meant."""
        self.problems.append(
            Problem(severity="warning", code=code, file=file, line=line, message=message, remedy=remedy)
        )

    def info(self, code: str, file: str, line: int, message: str, remedy: str) -> None:
        """What was left out on purpose."""
        self.problems.append(Problem(severity="info", code=code, file=file, line=line, message=message, remedy=remedy))
