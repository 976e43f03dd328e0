"""What a reader must see first: what goes, what is made anew, what runs at another time or loses runs. Pure."""

import dataclasses
from collections.abc import Iterator, Sequence

from flowstacks.core import markdown
from flowstacks.difference import property_text
from flowstacks.difference.resource_change import DEPLOYMENT, TASK_DEFINITION, ResourceChange


@dataclasses.dataclass(frozen=True, kw_only=True)
class Risk:
    """`what` is ours; `items` are markdown, one for each resource that it concerns."""

    what: str
    items: tuple[str, ...]


def assess(changes: Sequence[ResourceChange]) -> list[Risk]:
    """The weightiest first."""
    found = [
        Risk(what="deployments deleted", items=_names(_gone(changes))),
        Risk(what="deleted", items=_titles(one for one in changes if one.operation == "delete" and not _is_run(one))),
        Risk(what="deleted and made anew", items=_titles(filter(_is_replaced, changes))),
        Risk(what="schedules changed", items=tuple(_schedules(changes))),
        Risk(
            what="scheduled runs dropped, since their deployments go",
            items=_names(one for one in changes if one.operation in {"delete", "replace"} and one.has_runs),
        ),
        Risk(
            what="scheduled runs deleted and planned again, since Prefect does so at every update",
            items=_names(one for one in changes if one.operation == "update" and one.has_runs),
        ),
    ]
    return [risk for risk in found if risk.items]


def _is_run(change: ResourceChange) -> bool:
    # A task definition is never edited: its replacement is a new revision, and the old one stays with running tasks.
    return change.kind in {DEPLOYMENT, TASK_DEFINITION}


def _gone(changes: Sequence[ResourceChange]) -> Iterator[ResourceChange]:
    return (one for one in changes if one.operation == "delete" and one.kind == DEPLOYMENT)


def _is_replaced(change: ResourceChange) -> bool:
    return change.operation == "replace" and change.kind != TASK_DEFINITION


def _schedules(changes: Sequence[ResourceChange]) -> Iterator[str]:
    for one in changes:
        if one.operation == "update" and one.kind == DEPLOYMENT:
            texts = one.told if one.told is not None else property_text.schedule_texts(one.before, one.after)
            told = [text for text in texts if text.startswith("schedule ")]
            if told:
                yield f"{markdown.code(one.name)} ({markdown.code(', '.join(told))})"


def _names(changes: Iterator[ResourceChange]) -> tuple[str, ...]:
    return tuple(markdown.code(one.name) for one in changes)


def _titles(changes: Iterator[ResourceChange]) -> tuple[str, ...]:
    return tuple(f"{one.kind} {markdown.code(one.name)}" for one in changes)
