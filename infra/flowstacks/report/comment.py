"""One markdown comment about what a pull request changes, from previews. Pure.

Always visible: a line for each stack, the release that is promoted and its source, errors, risks. Details are
collapsed, by project.
"""

import collections
import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from flowstacks.core import markdown, naming
from flowstacks.difference import resource_change
from flowstacks.difference.parts import Operation
from flowstacks.difference.resource_change import ResourceChange
from flowstacks.pins.pin import PinnedRelease
from flowstacks.report import release, risks
from flowstacks.report.preview import Preview
from flowstacks.stack.release import MOVING_PINS

MARKER = "<!-- flowstacks:comment -->"
"""First line, by which the comment of an earlier push is found and replaced."""

LIMIT_BYTES = 65_000
"""Below GitHub's limit of 65,536 characters (`body is too long (maximum is 65536 characters)`)."""

_DONE: Mapping[Operation, str] = {
    "create": "created",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
}
_SIGNS: Mapping[Operation, str] = {"create": "+", "update": "~", "replace": "±", "delete": "-"}
_SHOWN = (20, 10, 3, 0)
"""How many names a risk and how many lines an error may have: fewer where the visible part alone would be too long."""

_MOST_WARNINGS = 20
_MOST_STACKS = 5


@dataclasses.dataclass(frozen=True, kw_only=True)
class Section:
    """One stack. `before`: its release on the base branch; None where it had none, or where that is not known."""

    stack: str
    preview: Preview
    before: PinnedRelease | None = None

    @property
    def after(self) -> PinnedRelease | None:
        """The release that was previewed."""
        return release.parse(self.preview.release)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Comment:
    """`omitted`: the number of changes without details for lack of room."""

    text: str
    omitted: int


def compose(sections: Sequence[Section], notes: Sequence[str] = (), limit: int = LIMIT_BYTES) -> Comment:
    """`notes` are sentences to print above everything, as markdown; `limit` counts bytes of UTF-8."""
    if not notes and all(_is_quiet(section) for section in sections):
        names = ", ".join(markdown.code(section.stack) for section in sections)
        return Comment(
            text=f"{MARKER}\nNothing changes in {names}.\n" if names else f"{MARKER}\nNothing changes.\n", omitted=0
        )
    drafts = [_visible(sections, notes, shown) for shown in _SHOWN]
    room = limit - _OMISSION_BYTES
    visible = next((draft for draft in drafts if _size(draft) <= room), _cut(drafts[-1], room))
    return _with_details(visible, sections, limit)


def _visible(sections: Sequence[Section], notes: Sequence[str], shown: int) -> str:
    lines = "\n\n".join([*notes, *map(_headline, sections)])
    return "\n\n".join([f"{MARKER}\n{lines}", *_errors(sections, shown), *_risks(sections, shown)])


def _is_quiet(section: Section) -> bool:
    is_promoted = section.before is not None and section.before != section.after
    return not section.preview.changes and not section.preview.errors and not is_promoted


def counted(section: Section) -> dict[str, int]:
    """Numbers of resources by what is done with them."""
    counts = collections.Counter(_DONE[change.operation] for change in section.preview.changes)
    named = {verb: counts[verb] for verb in _DONE.values() if counts[verb]}
    return {**named, "unchanged": section.preview.unchanged}


def _headline(section: Section) -> str:
    name = f"**{markdown.code(section.stack)}**"
    if section.preview.errors:
        return f"{name}: can't be previewed"
    counts = ", ".join(f"{count} {word}" for word, count in counted(section).items())
    return f"{name}: {counts}{_promotion(section.before, section.after)}"


def _promotion(before: PinnedRelease | None, after: PinnedRelease | None) -> str:
    if after is None or before == after or after.commit in MOVING_PINS:
        return ""
    source = f" from {markdown.code(after.from_)}" if after.from_ else ""
    old = f"{markdown.code(naming.short_hash(before.commit))} → " if before and before.commit != after.commit else ""
    count = len(_moved_images(before, after)) if before else 0
    images = f", {count} image{'s' if count > 1 else ''}" if count else ""
    return f". Release {old}{markdown.code(naming.short_hash(after.commit))}{source}{images}"


def _moved_images(before: PinnedRelease, after: PinnedRelease) -> list[str]:
    keys = sorted({*before.images, *after.images})
    return [key for key in keys if before.images.get(key) != after.images.get(key)]


def _errors(sections: Sequence[Section], shown: int) -> Iterator[str]:
    for section in sections:
        if section.preview.errors:
            lines = [line for text in section.preview.errors for line in markdown.block(text)]
            more = [f"- and {len(lines) - shown} more lines"] if len(lines) > shown else []
            yield "\n".join([f"**Errors** in {markdown.code(section.stack)}", "", *lines[:shown], *more])


def _risks(sections: Sequence[Section], shown: int) -> Iterator[str]:
    lines = [
        f"- {markdown.code(section.stack)}: {risk.what} ({len(risk.items)}){_listed(risk.items, shown)}"
        for section in sections
        for risk in risks.assess(section.preview.changes)
    ]
    if lines:
        yield "\n".join(["**Risks**", "", *lines])


def _listed(items: Sequence[str], shown: int) -> str:
    if not shown:
        return ""
    more = f" and {len(items) - shown} more" if len(items) > shown else ""
    return f": {', '.join(items[:shown])}{more}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Group:
    """What moves of one project in one stack."""

    stack: str
    project: str
    changes: Sequence[ResourceChange]

    def summary(self) -> str:
        """HTML."""
        counts = collections.Counter(_DONE[change.operation] for change in self.changes)
        texts = ", ".join(f"{counts[verb]} {verb}" for verb in _DONE.values() if counts[verb])
        return f"{markdown.tag(self.stack)} {markdown.tag(self.project)}: {texts}"


def _groups(sections: Sequence[Section]) -> Iterator[_Group]:
    for section in sections:
        by_project: dict[str, list[ResourceChange]] = {}
        for change in section.preview.changes:
            by_project.setdefault(change.project, []).append(change)
        for project, changes in sorted(by_project.items()):
            yield _Group(stack=section.stack, project=project, changes=changes)


def _entry(change: ResourceChange) -> str:
    title = f"- {markdown.code(_SIGNS[change.operation])} {change.kind} {markdown.code(change.name)}"
    texts = [part.text for part in change.changes if not resource_change.of_project(part)]
    return "\n".join([title, *(f"  - {markdown.code(text)}" for text in texts)])


_OMISSION_BYTES = 1_500
"""Room for the line about what is omitted."""


def _with_details(visible: str, sections: Sequence[Section], limit: int) -> Comment:
    parts, room, omitted = [visible], limit - _size(visible) - _OMISSION_BYTES, dict[str, int]()
    for group in _groups(sections):
        budget = room - _size(markdown.details(group.summary(), [])) - len("\n\n")
        entries = _fitting([_entry(change) for change in group.changes], budget)
        if entries:
            parts.append(markdown.details(group.summary(), entries))
            room -= _size(parts[-1]) + len("\n\n")
        hidden = len(group.changes) - len(entries)
        if hidden:
            omitted[group.stack] = omitted.get(group.stack, 0) + hidden
    warnings = "\n\n".join(_warnings(sections))
    fits = _size(warnings) + len("\n\n") <= room
    if warnings and fits:
        parts.append(warnings)
    if omitted or not fits:
        parts.append(_omission(omitted, "" if fits else ", and the warnings"))
    return Comment(text="\n\n".join(parts) + "\n", omitted=sum(omitted.values()))


def _omission(omitted: Mapping[str, int], more: str) -> str:
    stacks = list(omitted)[:_MOST_STACKS]
    commands = ", ".join(markdown.code(f"pulumi preview --diff -s {stack}") for stack in stacks) or "`pulumi preview`"
    return f"{sum(omitted.values())} changes are left out here{more}, for lack of room. See them with {commands}."


def _warnings(sections: Sequence[Section]) -> Iterator[str]:
    for section in sections:
        count = len(section.preview.warnings)
        if count:
            lines = [line for text in section.preview.warnings[:_MOST_WARNINGS] for line in markdown.block(text)]
            yield markdown.details(f"{markdown.tag(section.stack)}: {count} warning{'s' if count > 1 else ''}", lines)


def _fitting(entries: Sequence[str], budget: int) -> list[str]:
    used, kept = 0, list[str]()
    for entry in entries:
        used += _size(entry) + len("\n")
        if used > budget:
            break
        kept.append(entry)
    return kept


def _cut(text: str, room: int) -> str:
    """Whole lines from the beginning; the visible part has no HTML element that a cut would leave open."""
    return "\n".join(_fitting(text.split("\n"), room))


def _size(text: str) -> int:
    return len(text.encode())
