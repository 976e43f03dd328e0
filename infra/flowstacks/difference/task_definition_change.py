"""How a task definition changes: sizes, image, secrets, and whatever else a preview has of it. Pure."""

from collections.abc import Iterable, Mapping

from flowstacks.difference import inputs, value_change
from flowstacks.difference.inputs import Json, Props
from flowstacks.difference.value_change import ValueChange

Revision = Mapping[str, Json]
"""What makes a new revision: `cpu`, `memory`, `ephemeral storage`, `image`, and `secrets` by variable."""

_CONTAINERS, _STORAGE, _SECRETS = "containerDefinitions", "ephemeralStorage", "secrets"
_SIZES = {"cpu": "cpu", "memory": "memory", _STORAGE: "ephemeral storage"}


def of_revisions(before: Revision, after: Revision) -> tuple[ValueChange, ...]:
    """From one to the other; a value that only one of them has is `default` in the other."""
    names = [name for name in {**before, **after} if name != _SECRETS and before.get(name) != after.get(name)]
    sizes = [
        ValueChange(
            path=name,
            text=f"{name} {value_change.brief(before.get(name))} -> {value_change.brief(after.get(name))}",
            before=before.get(name),
            after=after.get(name),
        )
        for name in names
    ]
    secrets = value_change.of_keys(
        _SECRETS, "secret", inputs.mapping(before.get(_SECRETS)), inputs.mapping(after.get(_SECRETS))
    )
    return (*sizes, *secrets)


def changes(before: Props, after: Props, names: Iterable[str]) -> tuple[ValueChange, ...]:
    """From the inputs of `aws:ecs:TaskDefinition`; `names`: the properties that differ."""
    read, unread = ([name for name in names if _is_read(name, before, after) is flag] for flag in (True, False))
    changed = list(of_revisions(_revision(before, read), _revision(after, read)))
    if _CONTAINERS in read:
        old, new = ({**_container(props), "image": None, _SECRETS: None} for props in (before, after))
        changed += value_change.of_keys(_CONTAINERS, "container", old, new)
    return (*changed, *value_change.of_properties(before, after, unread))


def _is_read(name: str, before: Props, after: Props) -> bool:
    return name in _SIZES or (name == _CONTAINERS and bool(_container(before)) and bool(_container(after)))


def _revision(props: Props, names: Iterable[str]) -> Revision:
    revision: dict[str, Json] = {word: props.get(name) for name, word in _SIZES.items() if name in names}
    if _STORAGE in names:
        revision[_SIZES[_STORAGE]] = inputs.mapping(props.get(_STORAGE)).get("sizeInGib")
    if _CONTAINERS in names:
        container = _container(props)
        revision["image"] = container.get("image")
        pairs = [inputs.mapping(secret) for secret in inputs.items(container.get(_SECRETS))]
        revision[_SECRETS] = {str(pair.get("name")): pair.get("valueFrom") for pair in pairs}
    return revision


def _container(props: Props) -> dict[str, Json]:
    """The only one, as `flowstacks.aws.tasks` writes it; empty where the list is secret or unknown."""
    containers = inputs.items(props.get(_CONTAINERS))
    return inputs.mapping(containers[0]) if len(containers) == 1 else {}
