"""What happens to a resource, the same for every kind: complete, call AWS, read back."""

from flowstacks.aws_plugin import difference
from flowstacks.aws_plugin.inputs import DEFAULTS
from flowstacks.aws_plugin.kind import AwsKind
from flowstacks.aws_plugin.properties import schema, tags
from flowstacks.aws_plugin.properties.values import UNKNOWN, Plain, Props, has_unknown, texts
from flowstacks.aws_plugin.session import Emulator


def complete(kind: AwsKind, aws: Emulator, inputs: Props) -> Props:
    """Inputs as they are compared and sent: with `tagsAll`, and without the list of defaults."""
    props = {name: value for name, value in inputs.items() if name != DEFAULTS}
    if kind.tagged:
        own = props.get("tags")
        all_tags: Plain = tags.everything(aws.default_tags, texts(own))
        props[difference.TAGS_ALL] = UNKNOWN if has_unknown(own) and isinstance(own, str) else all_tags
    return props


def located(aws: Emulator, props: Props) -> Emulator:
    """In the resource's own region, where it names one that is known."""
    region = props.get("region")
    return aws.in_region(region) if isinstance(region, str) and not has_unknown(region) else aws


def previewed_create(kind: AwsKind, aws: Emulator, inputs: Props) -> Props:
    """Outputs before there is anything: what AWS decides is unknown, `region` aside."""
    props = complete(kind, aws, inputs)
    decided = (schema.outputs(kind.resource_type) - schema.inputs(kind.resource_type).keys()) | kind.filled
    unknown: Props = {name: UNKNOWN for name in decided if name not in props}
    return {**unknown, "region": located(aws, props).region, **props} if _has_region(kind) else {**unknown, **props}


def previewed_update(kind: AwsKind, aws: Emulator, state: Props, inputs: Props) -> Props:
    """Outputs of an update in place: no change of these types touches what AWS decided."""
    props = complete(kind, aws, inputs)
    kept = {name: value for name, value in state.items() if not _is_settled(kind, name) or name in kind.filled}
    return {**kept, **props}


def create(kind: AwsKind, aws: Emulator, inputs: Props) -> tuple[str, Props]:
    """The new object's ID and outputs."""
    props = complete(kind, aws, inputs)
    regional = located(aws, props)
    created = kind.create(regional, props)
    return created.identity, _must_read(kind, regional, created.identity, {**props, **created.outputs})


def update(kind: AwsKind, aws: Emulator, identity: str, state: Props, inputs: Props) -> Props:
    """Outputs after the update."""
    props = complete(kind, aws, inputs)
    regional = located(aws, props)
    kind.update(regional, identity, state, props)
    carried = {name: value for name, value in state.items() if not _is_settled(kind, name)}
    return _must_read(kind, regional, identity, {**carried, **props})


def read(kind: AwsKind, aws: Emulator, identity: str, state: Props) -> Props | None:
    """Outputs as AWS has them now; None where it is gone."""
    regional = located(aws, state)
    answer = kind.read(regional, identity, state)
    return None if answer is None else _outputs(kind, regional, state, answer)


def read_inputs(kind: AwsKind, state: Props, before: Props) -> Props:
    """The inputs that would have made `state`: those of the last `up` where they mean the same.

    With them a plain preview after a refresh shows the line that drifted. What nobody asked for and AWS filled in is
    no input.
    """
    if not before:
        return {
            name: state[name] for name in schema.inputs(kind.resource_type) if state.get(name) not in (None, "", [], {})
        }
    read_back = {
        name: value if kind.means_same(name, state.get(name), value) else state.get(name)
        for name, value in before.items()
        if name != DEFAULTS
    }
    strange = {change.name for change in difference.changes(kind, state, before) if change.name not in before}
    added = {name: state[name] for name in strange if name != difference.TAGS_ALL}
    return {**read_back, **added, DEFAULTS: before.get(DEFAULTS, [])}


def _must_read(kind: AwsKind, aws: Emulator, identity: str, props: Props) -> Props:
    answer = kind.read(aws, identity, props)
    if answer is None:
        raise LookupError(f"{kind.resource_type} {identity} is gone right after the call. Run `pulumi up --refresh`")
    return _outputs(kind, aws, props, answer)


def _outputs(kind: AwsKind, aws: Emulator, before: Props, answer: Props) -> Props:
    """AWS's answer in the words of the inputs where the two mean the same, plus the plugin's own settings."""
    if kind.tagged:
        answer = {**answer, "tags": tags.own(aws.default_tags, texts(answer.get(difference.TAGS_ALL)))}
    outputs = {
        name: before[name] if name in before and kind.means_same(name, value, before[name]) else value
        for name, value in answer.items()
    }
    own = {name: before.get(name) for name in kind.kept}
    return {**own, **outputs, **({"region": aws.region} if _has_region(kind) else {})}


def _is_settled(kind: AwsKind, name: str) -> bool:
    """Whether the inputs alone say what it is."""
    return name in schema.inputs(kind.resource_type)


def _has_region(kind: AwsKind) -> bool:
    return "region" in schema.inputs(kind.resource_type)
