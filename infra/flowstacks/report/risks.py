"""What a reader must see first: what is deleted or replaced, what runs at another time or loses runs. Pure."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from flowstacks.core import markdown
from flowstacks.difference import schedule_change
from flowstacks.difference.resource_change import DEPLOYMENT, TASK_DEFINITION, ResourceChange


@dataclasses.dataclass(frozen=True, kw_only=True)
class Risk:
    """`what` is plain text; `items` are markdown, one for each resource that it concerns."""

    what: str
    items: tuple[str, ...]


def assess(changes: Sequence[ResourceChange]) -> list[Risk]:
    """The most serious first."""
    deleted = [change for change in changes if change.operation == "delete"]
    replaced = [change for change in changes if change.operation == "replace"]
    updated = [change for change in changes if change.operation == "update"]
    risks = [
        Risk(what="deployments deleted", items=_names(change for change in deleted if change.kind == DEPLOYMENT)),
        Risk(what="deleted", items=_titles(change for change in _not_revisions(deleted) if change.kind != DEPLOYMENT)),
        Risk(what="deleted and made anew", items=_titles(_not_revisions(replaced))),
        Risk(what="schedules changed", items=tuple(_schedules(updated))),
        Risk(
            what="scheduled runs dropped, since their deployments go",
            items=_names(change for change in changes if change.operation in {"delete", "replace"} and change.has_runs),
        ),
        Risk(
            what="scheduled runs deleted and planned again, since Prefect does so at every update",
            items=_names(change for change in updated if change.has_runs),
        ),
    ]
    return [risk for risk in risks if risk.items]


def _not_revisions(changes: Iterable[ResourceChange]) -> Iterator[ResourceChange]:
    # A task definition is never edited: its replacement is a new revision, and the old one stays with running tasks.
    return (change for change in changes if change.kind != TASK_DEFINITION)


def _schedules(updated: Iterable[ResourceChange]) -> Iterator[str]:
    for resource in updated:
        texts = [change.text for change in resource.changes if schedule_change.is_of_schedules(change)]
        if resource.kind == DEPLOYMENT and texts:
            yield f"{markdown.code(resource.name)} ({markdown.code(', '.join(texts))})"


def _names(changes: Iterable[ResourceChange]) -> tuple[str, ...]:
    return tuple(markdown.code(change.name) for change in changes)


def _titles(changes: Iterable[ResourceChange]) -> tuple[str, ...]:
    return tuple(f"{change.kind} {markdown.code(change.name)}" for change in changes)
