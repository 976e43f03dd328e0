"""How a deployment that stays the same object changes, from its inputs before and after. Pure.

Which properties differ is the provider's rule (`flowstacks.provider.fields.diff`). Whatever follows the commit (tags,
version, the cloned commit, `COMMIT_HASH`) is one line.
"""

import re
from collections.abc import Callable, Iterable

from flowstacks.core import naming
from flowstacks.difference import inputs, job_variable_change, schedule_change, schema_change, value_change
from flowstacks.difference.inputs import Json, Props
from flowstacks.difference.value_change import ValueChange
from flowstacks.provider import canonical

COMMIT = "commit"
"""Path of the change of commit."""

_COMMIT_VARIABLE = "COMMIT_HASH"
_COMMIT_TAG, _VERSION_TAG = "COMMIT_HASH=", "PACKAGE_VERSION="
_LABELS = {
    "work_pool_name": "work pool",
    "work_queue_name": "work queue",
    "enforce_parameter_schema": "enforcement of the parameter schema",
}


def changes(before: Props, after: Props, names: Iterable[str]) -> tuple[ValueChange, ...]:
    """`names`: the properties that differ; each has at least one change, or follows the commit."""
    carried = _Carried(before, after)
    changed = _commit(before, after)
    for name in names:
        old, new = before.get(name), after.get(name)
        # A preview may report a property whose values look the same: the difference is in a secret.
        compare = _plain if canonical.dumps(old) == canonical.dumps(new) else _CHANGES.get(name, _plain)
        changed += compare(name, old, new, carried) or ([] if carried(old, new) else [_unspecific(name)])
    return tuple(changed)


def schedules(before: Props, after: Props) -> tuple[ValueChange, ...]:
    """Those that begin or end with a deployment: one of the two has no inputs."""
    return tuple(schedule_change.changes(before.get("schedules"), after.get("schedules")))


def _commit(before: Props, after: Props) -> list[ValueChange]:
    """`commit A -> B`, with the project's version where that differs too."""
    old, new = _commit_of(before), _commit_of(after)
    if not old or not new or old == new:
        return []
    versions = _version_of(before), _version_of(after)
    version = f", version {versions[0]} -> {versions[1]}" if versions[0] != versions[1] and all(versions) else ""
    text = f"commit {naming.short_hash(old)} -> {naming.short_hash(new)}{version}"
    return [ValueChange(path=COMMIT, text=text, before=old, after=new)]


def _commit_of(props: Props) -> str:
    """From the run's environment, else from the presets' tag; empty where neither is readable."""
    env = inputs.mapping(inputs.mapping(props.get("job_variables")).get("env"))
    return str(env.get(_COMMIT_VARIABLE) or "") or _tag_value(props, _COMMIT_TAG)


def _version_of(props: Props) -> str:
    """The project's, from the presets' tag, else from the deployment's version by the default template."""
    suffix = f"-{naming.short_hash(_commit_of(props))}"
    return _tag_value(props, _VERSION_TAG) or str(props.get("version") or "").removesuffix(suffix)


def _tag_value(props: Props, prefix: str) -> str:
    return next((tag.removeprefix(prefix) for tag in inputs.texts(props.get("tags")) if tag.startswith(prefix)), "")


class _Carried:
    """Whether a value changes only as the commit, the version or the deployment's own name in it do."""

    def __init__(self, before: Props, after: Props) -> None:
        commits = _commit_of(before), _commit_of(after)
        pairs = (
            (str(before.get("name") or ""), str(after.get("name") or "")),
            (naming.short_hash(commits[0]), naming.short_hash(commits[1])),
            commits,
            (_version_of(before), _version_of(after)),
        )
        self._after = {old: new for old, new in pairs if old}
        # Whole words: a version `1` is a part of many a commit. The longest first, as one may begin with another.
        words = "|".join(re.escape(word) for word in sorted(self._after, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<![0-9A-Za-z.])(?:{words})(?![0-9A-Za-z.])") if words else None

    def __call__(self, before: Json, after: Json) -> bool:
        text = canonical.dumps(before)
        if self._pattern:
            text = self._pattern.sub(lambda match: self._after[match[0]], text)
        return text == canonical.dumps(after)


_Changes = Callable[[str, Json, Json, _Carried], list[ValueChange]]


def _plain(name: str, before: Json, after: Json, _: _Carried) -> list[ValueChange]:
    return [value_change.of_value(name, _label(name), before, after)]


def _unspecific(name: str) -> ValueChange:
    return ValueChange(path=name, text=f"{_label(name)}: changed")


def _label(name: str) -> str:
    return _LABELS.get(name, value_change.label(name))


def _paused(name: str, before: Json, after: Json, _: _Carried) -> list[ValueChange]:
    words = ["as on the server" if value is None else str(value).lower() for value in (before, after)]
    return [ValueChange(path=name, text=f"paused: {words[0]} -> {words[1]}", before=before, after=after)]


def _version(name: str, before: Json, after: Json, carried: _Carried) -> list[ValueChange]:
    return [] if carried(before, after) else _plain(name, before, after, carried)


def _pull_steps(name: str, before: Json, after: Json, carried: _Carried) -> list[ValueChange]:
    return [] if carried(before, after) else [_unspecific(name)]


def _parameters(name: str, before: Json, after: Json, carried: _Carried) -> list[ValueChange]:
    if not (inputs.is_mapping(before) and inputs.is_mapping(after)):
        return _plain(name, before, after, carried)
    return value_change.of_keys(name, "parameter", inputs.mapping(before), inputs.mapping(after))


def _schema(name: str, before: Json, after: Json, carried: _Carried) -> list[ValueChange]:
    if not (inputs.is_mapping(before) and inputs.is_mapping(after)):
        return _plain(name, before, after, carried)
    return schema_change.changes(inputs.mapping(before), inputs.mapping(after))


def _schedules(_name: str, before: Json, after: Json, _: _Carried) -> list[ValueChange]:
    return schedule_change.changes(before, after)


def _tags(name: str, before: Json, after: Json, carried: _Carried) -> list[ValueChange]:
    old, new = inputs.texts(before), inputs.texts(after)
    removed = [tag for tag in old if tag not in new and not any(carried(tag, other) for other in new)]
    added = [tag for tag in new if tag not in old and not any(carried(other, tag) for other in old)]
    return [
        *(ValueChange(path=name, text=f"tag {tag} removed", before=tag) for tag in removed),
        *(ValueChange(path=name, text=f"tag {tag} added", after=tag) for tag in added),
    ]


_CHANGES: dict[str, _Changes] = {
    "job_variables": job_variable_change.changes,
    "parameter_openapi_schema": _schema,
    "parameters": _parameters,
    "paused": _paused,
    "pull_steps": _pull_steps,
    "schedules": _schedules,
    "tags": _tags,
    "version": _version,
}
