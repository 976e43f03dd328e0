"""A value in a declaration that only running the file would tell is a problem, not an exception."""

from flowstacks.discovery.findings import Findings
from flowstacks.discovery.flows import values
from flowstacks.discovery.flows.codebase import Codebase
from flowstacks.discovery.flows.values import Located


def told(codebase: Codebase, at: Located, findings: Findings) -> values.Value:
    """The value; None, with a problem, where only running the file would tell."""
    try:
        return values.evaluate(codebase, at)
    except values.UnresolvedError as error:
        unresolved(error, findings)
        return None


def unresolved(error: values.UnresolvedError, findings: Findings) -> None:
    """A declaration is read, never run."""
    findings.error(
        "flow-spec-value",
        error.at.file,
        error.at.line,
        f"this can't be told without running the file: {error}",
        "Write a literal, or a constant of the project's files",
    )
