"""Exceptions of the program and the command line; each text ends with its remedy.

    FlowstacksError
    ├── RejectedError    what the user wrote can't be deployed; carries every problem
    ├── GitError         the repository can't answer (not a repository, shallow, unknown commit)
    ├── ServerError      a server can't be reached or refuses us
    └── BuildError       an image can't be built or pushed

The provider process has exceptions of its own (`flowstacks.provider.errors`): it imports no other room.
"""

from collections.abc import Sequence

from flowstacks.core import problem


class FlowstacksError(Exception):
    """Base of all; `str()` is what the user reads."""


class RejectedError(FlowstacksError):
    """Carries all problems at once; nothing was written."""

    def __init__(self, problems: Sequence[problem.Problem]) -> None:
        """`problems` holds at least one error."""
        self.problems = problem.in_reading_order(problems)
        count = len(problem.errors(self.problems))
        lines = "\n".join(f"  {finding}" for finding in self.problems)
        super().__init__(f"{count} problem{'s' if count != 1 else ''} found, nothing was changed:\n{lines}")


class GitError(FlowstacksError):
    """The repository can't answer the question."""


class ServerError(FlowstacksError):
    """A server can't be reached or refuses us."""


class BuildError(FlowstacksError):
    """An image can't be built or pushed."""
