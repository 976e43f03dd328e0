"""`flowstacks comment`: what a pull request changes, as one markdown comment."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from flowstacks.cli import stack
from flowstacks.core import problem
from flowstacks.core.errors import FlowstacksError, RejectedError
from flowstacks.discovery import discovery
from flowstacks.discovery.projects import project_changes
from flowstacks.report import affected, comment, manifest_preview, plan_file, previews, release, risks
from flowstacks.report.comment import Section
from flowstacks.report.preview import Preview

DECLARED = "declared"
"""Stands for a stack where declarations are compared, whatever the environments make of them."""

_WITHOUT = (
    "This comes from a fork, so it is made without credentials: no stack is previewed. What flows declare is compared; "
    "whoever merges sees the previews then."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--since`, `--follows`, `--without-credentials`, `--preview`, `--diff`, `--limit-bytes`, `--json`."""
    parser.add_argument(
        "--since", metavar="REF", help="make the previews: of every stack that edits since REF can change"
    )
    parser.add_argument(
        "--follows", metavar="STACK", help="with --since: this stack is always at the checkout's commit"
    )
    parser.add_argument(
        "--without-credentials", action="store_true", help="with --since: compare what is declared, ask no server"
    )
    for name, source in (("preview", "pulumi preview --json"), ("diff", "flowstacks diff SRC STACK --json")):
        parser.add_argument(
            f"--{name}",
            action="append",
            default=[],
            metavar="STACK=FILE",
            help=f"output of `{source}` (may be repeated)",
        )
    parser.add_argument(
        "--limit-bytes", type=int, default=comment.LIMIT_BYTES, metavar="N", help=f"default: {comment.LIMIT_BYTES}"
    )
    parser.add_argument("--json", action="store_true", help="print everything as JSON, the comment under `markdown`")


def execute(arguments: argparse.Namespace) -> int:
    """Exit code 1 where a preview failed: the comment says why."""
    root = Path.cwd()
    base = project_changes.merge_base(root, arguments.since) if arguments.since else None
    sections = [_of_preview(root, base, *_named(option)) for option in arguments.preview]
    sections += [_of_diff(*_named(option)) for option in arguments.diff]
    notes: list[str] = []
    if base and arguments.without_credentials:
        sections.append(_declared(root, base))
        notes.append(_WITHOUT)
    elif base:
        names = [stack.stack for stack in affected.stacks(root, base, arguments.follows) if stack.reasons]
        sections += previews.sections(root, stack.project(root), names, base, arguments.follows)
    rendered = comment.compose(sections, notes, arguments.limit_bytes)
    if arguments.json:
        document = {"stacks": list(map(_document, sections)), "omitted": rendered.omitted, "markdown": rendered.text}
        print(json.dumps(document, indent=2))
    else:
        print(rendered.text, end="")
    failures = [(section.stack, text) for section in sections for text in section.preview.errors]
    for name, text in failures:  # the comment mostly goes into a file
        print(f"{name}: {text}", file=sys.stderr)
    return 1 if failures else 0


def _named(option: str) -> tuple[str, Path]:
    stack, equals, file = option.partition("=")
    if not equals or not Path(file).is_file():
        raise FlowstacksError(f"{option!r} names no file. Write STACK=FILE, with a file that is there")
    return stack, Path(file)


def _of_preview(root: Path, base: str | None, stack: str, file: Path) -> Section:
    before = release.at(root, base, stack) if base else None
    return Section(stack=stack, preview=Preview.parse(file.read_text(encoding="utf-8")), before=before)


def _of_diff(stack: str, file: Path) -> Section:
    preview, before = plan_file.parse(file.read_text(encoding="utf-8"))
    return Section(stack=stack, preview=preview, before=before)


def _declared(root: Path, base: str) -> Section:
    before, _ = discovery.discover(root, base)
    after, problems = discovery.discover(root, "HEAD")
    errors = problem.errors(problems)
    if errors:
        return Section(stack=DECLARED, preview=Preview(errors=(str(RejectedError(errors)),)))
    return Section(stack=DECLARED, preview=manifest_preview.difference(before, after))


def _document(section: Section) -> dict[str, object]:
    return {
        "stack": section.stack,
        "counts": comment.counted(section),
        "release": release.document(section.after),
        "release_before": release.document(section.before),
        "errors": list(section.preview.errors),
        "risks": [dataclasses.asdict(risk) for risk in risks.assess(section.preview.changes)],
        "changes": [
            {
                "operation": change.operation,
                "kind": change.kind,
                "name": change.name,
                "project": change.project,
                "fields": list(change.properties),
            }
            for change in section.preview.changes
        ],
    }
