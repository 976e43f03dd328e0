"""What a project installs, as PEP 508 lines: from its lock, else requirements.txt, else its dependencies."""

import re
from collections.abc import Mapping

from packaging import requirements

from flowstacks.discovery.findings import Findings
from flowstacks.discovery.projects import lock, pyproject
from flowstacks.git.git_tree import Blob

REQUIREMENTS_TXT = "requirements.txt"
_COMMENT = re.compile(r"(^|\s)#.*$")


def of_project(
    folder: str, blobs: Mapping[str, Blob], document: pyproject.Document | None, findings: Findings
) -> tuple[str, ...]:
    """`blobs`: contents by path; `document`: the project's pyproject.toml, where it has one."""
    toml, locked = blobs.get(f"{folder}/{pyproject.NAME}"), blobs.get(f"{folder}/{lock.NAME}")
    if locked and toml:
        return lock.pinned(toml, locked, f"{folder}/{lock.NAME}", findings)
    if locked:
        remedy = f"Commit the {pyproject.NAME} that it belongs to"
        findings.error("requirements", f"{folder}/{lock.NAME}", 0, f"a lock without a {pyproject.NAME}", remedy)
    plain = blobs.get(f"{folder}/{REQUIREMENTS_TXT}")
    if plain:
        return of_text(plain.content, f"{folder}/{REQUIREMENTS_TXT}", findings)
    return _of_dependencies(document, findings) if document else ()


def of_text(content: bytes, file: str, findings: Findings) -> tuple[str, ...]:
    """Lines of a requirements.txt without comments; options (`-r`, `-e`, `--hash`) are errors."""
    lines: list[str] = []
    pending, start = "", 0
    for number, raw in enumerate(content.decode(errors="replace").splitlines(), start=1):
        line = _COMMENT.sub("", raw).strip()
        start = start if pending else number
        if line.endswith("\\"):
            pending += line[:-1].rstrip() + " "
            continue
        whole, pending = (pending + line).strip(), ""
        if whole and _fits(whole, file, start, findings):
            lines.append(whole)
    return tuple(lines)


def problem(line: str) -> tuple[str, str] | None:
    """Why a line is no PEP 508 requirement, and what to write instead."""
    if line.startswith("-"):
        return f"{line!r} is an option", "List the requirements themselves, or commit a uv.lock"
    try:
        requirements.Requirement(line)
    except requirements.InvalidRequirement as error:
        reason = str(error).splitlines()[0]
        return f"{line!r} is no requirement: {reason}", "Write it as PEP 508 has it: name==1.2, or name @ URL"
    return None


def _of_dependencies(document: pyproject.Document, findings: Findings) -> tuple[str, ...]:
    lines = document.metadata().dependencies
    return tuple(
        line
        for line in lines
        if _fits(line, document.file, document.line_of_text("project", "dependencies", line), findings)
    )


def _fits(line: str, file: str, number: int, findings: Findings) -> bool:
    fault = problem(line)
    if fault:
        findings.error("requirements", file, number, *fault)
    return fault is None
