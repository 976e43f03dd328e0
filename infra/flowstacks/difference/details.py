"""What changes in one deployment that stays the same object on the server. Pure.

Which properties change is the provider's say (`flowstacks.provider.fields.rules.diff`); here they are told. What a deployment
says about its commit (tags, version, the clone's commit, `COMMIT_HASH`) is one line.
"""

import re
import shlex
from collections.abc import Callable, Mapping

from flowstacks.desired.desired_state import DesiredDeployment
from flowstacks.difference import change, containers, schedule_change, schema_change
from flowstacks.difference.change import Json, ValueChange
from flowstacks.discovery.manifest import Project
from flowstacks.provider import canonical

COMMIT, IMAGE, TASK_DEFINITION = "commit", "image", "task_definition"
"""Changes of a deployment that come from its project; the rest is said of the deployment itself."""
_SHORT_COMMIT = 12
_LABELS = {
    "entrypoint": "entrypoint",
    "owner": "owner",
    "work_pool_name": "work pool",
    "work_queue_name": "work queue",
    "enforce_parameter_schema": "enforcement of the parameter schema",
    "description": "description",
}

Props = Mapping[str, Json]


def changes(
    before: DesiredDeployment, after: DesiredDeployment, fields: Mapping[str, tuple[Json, Json]]
) -> tuple[ValueChange, ...]:
    """`fields`: each property that changes, with its old and its new value; at least one change for each of them."""
    found = commit(before.project, after.project)
    carried = _Carried(before, after)
    for name, (old, new) in fields.items():
        told = _TOLD.get(name, _plain)(name, old, new, carried)
        found += told if told or carried(old, new) else [ValueChange(field=name, text=f"{_label(name)}: changed")]
    return tuple(found)


def schedules(before: DesiredDeployment | None, after: DesiredDeployment | None) -> tuple[ValueChange, ...]:
    """Those that begin or end with a deployment."""
    ours, theirs = (one.props["schedules"] if one else None for one in (before, after))
    return tuple(schedule_change.changes(ours, theirs))


def commit(before: Project, after: Project) -> list[ValueChange]:
    """`commit A -> B`, with the project's version where that moves too."""
    if before.commit == after.commit:
        return []
    version = f", version {before.version} -> {after.version}" if before.version != after.version else ""
    text = f"commit {short(before.commit)} -> {short(after.commit)}{version}"
    return [ValueChange(field=COMMIT, text=text, before=before.commit, after=after.commit)]


def short(commit: str) -> str:
    """As git shows it."""
    return commit[:_SHORT_COMMIT]


class _Carried:
    """Whether a value changes only as the commit, the version or the deployment's own name in it do."""

    def __init__(self, before: DesiredDeployment, after: DesiredDeployment) -> None:
        ours, theirs = before.project, after.project
        self._now = {
            str(before.props["name"]): str(after.props["name"]),
            short(ours.commit): short(theirs.commit),
            ours.commit: theirs.commit,
            ours.version: theirs.version,
        }
        # Whole words: a version `1` also stands in many a commit. The longest first, as one begins with another.
        words = "|".join(re.escape(word) for word in sorted(self._now, key=len, reverse=True) if word)
        self._pattern = re.compile(rf"(?<![0-9A-Za-z.])(?:{words})(?![0-9A-Za-z.])")

    def __call__(self, old: Json, new: Json) -> bool:
        moved = self._pattern.sub(lambda found: self._now[found[0]], canonical.dumps(old))
        return moved == canonical.dumps(new)


Tell = Callable[[str, Json, Json, _Carried], list[ValueChange]]


def _plain(name: str, old: Json, new: Json, _: _Carried) -> list[ValueChange]:
    return [change.of_value(name, _label(name), old, new)]


def _label(name: str) -> str:
    return _LABELS.get(name, name.replace("_", " "))


def _paused(name: str, old: Json, new: Json, _: _Carried) -> list[ValueChange]:
    told = ["as on the server" if value is None else str(value).lower() for value in (old, new)]
    return [ValueChange(field=name, text=f"paused: {told[0]} -> {told[1]}", before=old, after=new)]


def _version(name: str, old: Json, new: Json, carried: _Carried) -> list[ValueChange]:
    return [] if carried(old, new) else _plain(name, old, new, carried)


def _pull_steps(name: str, old: Json, new: Json, carried: _Carried) -> list[ValueChange]:
    return [] if carried(old, new) else [ValueChange(field=name, text="pull steps: changed")]


def _parameters(name: str, old: Json, new: Json, _: _Carried) -> list[ValueChange]:
    ours, theirs = (_object(canonical.loads(str(text or "{}"))) for text in (old, new))
    return change.of_keys(name, "parameter", ours, theirs)


def _schema(_name: str, old: Json, new: Json, _: _Carried) -> list[ValueChange]:
    return schema_change.changes(str(old or "{}"), str(new or "{}"))


def _schedules(_name: str, old: Json, new: Json, _: _Carried) -> list[ValueChange]:
    return schedule_change.changes(old, new)


def _tags(name: str, old: Json, new: Json, carried: _Carried) -> list[ValueChange]:
    ours, theirs = _texts(old), _texts(new)
    gone = [tag for tag in ours if tag not in theirs and not any(carried(tag, other) for other in theirs)]
    come = [tag for tag in theirs if tag not in ours and not any(carried(other, tag) for other in ours)]
    return [
        *(ValueChange(field=name, text=f"tag {tag} removed", before=tag) for tag in gone),
        *(ValueChange(field=name, text=f"tag {tag} added", after=tag) for tag in come),
    ]


def _job_variables(name: str, old: Json, new: Json, carried: _Carried) -> list[ValueChange]:
    before, after = (value if isinstance(value, dict) else {} for value in (old, new))
    ours, theirs = _leaves(before), _leaves(after)
    found: list[ValueChange] = _container(before, after)
    for path in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(path), theirs.get(path)
        if path in ours and path in theirs and carried(one, other):
            continue
        if path == "command" and (packages := _packages(name, one, other)):
            found.append(packages)
        else:
            label = "" if path.startswith("env.") else "job variable"
            pair = [{path: value} if path in side else {} for side, value in ((ours, one), (theirs, other))]
            found += change.of_keys(name, label, pair[0], pair[1])
    return found


def _container(before: dict[str, Json], after: dict[str, Json]) -> list[ValueChange]:
    image, other = before.get(containers.IMAGE), after.get(containers.IMAGE)
    task, revision = (_object(one.get(containers.TASK_DEFINITION)) for one in (before, after))
    found: list[ValueChange] = []
    if image != other:
        text = f"image: {change.brief(image)} -> {change.brief(other)}"
        found.append(ValueChange(field=IMAGE, text=text, before=image, after=other))
    if task != revision:
        ours, theirs = task.get("family"), revision.get("family")
        text = f"task definition {ours} -> {theirs}" if ours != theirs else f"task definition {theirs}: new revision"
        found.append(ValueChange(field=TASK_DEFINITION, text=text, before=ours, after=theirs))
    return found


def _packages(name: str, old: Json, new: Json) -> ValueChange | None:
    """A `process` deployment's command names what its environment holds."""
    (ours, rest), (theirs, others) = _parted(old), _parted(new)
    if rest != others or ours == theirs:
        return None
    gone, come = ([one for one in some if one not in more] for some, more in ((ours, theirs), (theirs, ours)))
    text = f"packages: {', '.join(gone) or 'none'} -> {', '.join(come) or 'none'}"
    return ValueChange(field=f"{name}.command", text=text)


def _parted(command: Json) -> tuple[list[str], list[str]]:
    words = shlex.split(str(command or ""))
    is_package = [index > 0 and words[index - 1] == "--with" for index in range(len(words))]
    flagged = list(zip(words, is_package, strict=True))
    return [word for word, yes in flagged if yes], [word for word, yes in flagged if not yes and word != "--with"]


def _leaves(value: dict[str, Json], path: str = "") -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, item in value.items():
        inner = f"{path}{key}"
        if inner not in {containers.IMAGE, containers.TASK_DEFINITION}:
            found.update(_leaves(item, f"{inner}.") if isinstance(item, dict) and item else {inner: item})
    return found


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _texts(value: Json) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


_TOLD: dict[str, Tell] = {
    "job_variables": _job_variables,
    "parameter_openapi_schema": _schema,
    "parameters": _parameters,
    "paused": _paused,
    "pull_steps": _pull_steps,
    "schedules": _schedules,
    "tags": _tags,
    "version": _version,
}
