"""What happens to a resource, the same for every kind: complete, call AWS, read back."""

from flowstacks.aws_plugin import difference
from flowstacks.aws_plugin.inputs import DEFAULTS
from flowstacks.aws_plugin.kind import AwsKind
from flowstacks.aws_plugin.properties import schema, tags
from flowstacks.aws_plugin.properties.values import UNKNOWN, Plain, Props, has_unknown, texts
from flowstacks.aws_plugin.session import Emulator


def complete(kind: AwsKind, aws: Emulator, given: Props) -> Props:
    """Inputs as they are compared and sent: with `tagsAll`, and without the list of defaults."""
    wanted = {name: value for name, value in given.items() if name != DEFAULTS}
    if kind.tagged:
        own = wanted.get("tags")
        all_tags: Plain = tags.everything(aws.default_tags, texts(own))
        wanted[difference.TAGS_ALL] = UNKNOWN if has_unknown(own) and isinstance(own, str) else all_tags
    return wanted


def located(aws: Emulator, props: Props) -> Emulator:
    """In the resource's own region, where it names one that is known."""
    region = props.get("region")
    return aws.in_region(region) if isinstance(region, str) and not has_unknown(region) else aws


def previewed_create(kind: AwsKind, aws: Emulator, given: Props) -> Props:
    """Outputs before there is anything: what AWS decides is unknown, `region` aside."""
    wanted = complete(kind, aws, given)
    decided = (schema.outputs(kind.resource_type) - schema.inputs(kind.resource_type).keys()) | kind.filled
    unknown: Props = {name: UNKNOWN for name in decided if name not in wanted}
    return {**unknown, "region": located(aws, wanted).region, **wanted} if _has_region(kind) else {**unknown, **wanted}


def previewed_update(kind: AwsKind, aws: Emulator, state: Props, given: Props) -> Props:
    """Outputs of an update in place: no change of these types touches what AWS decided."""
    wanted = complete(kind, aws, given)
    kept = {name: value for name, value in state.items() if not _is_settled(kind, name) or name in kind.filled}
    return {**kept, **wanted}


def create(kind: AwsKind, aws: Emulator, given: Props) -> tuple[str, Props]:
    """The new object's ID and outputs."""
    wanted = complete(kind, aws, given)
    here = located(aws, wanted)
    created = kind.create(here, wanted)
    return created.identity, _must_read(kind, here, created.identity, {**wanted, **created.known})


def update(kind: AwsKind, aws: Emulator, identity: str, state: Props, given: Props) -> Props:
    """Outputs after the update."""
    wanted = complete(kind, aws, given)
    here = located(aws, wanted)
    kind.update(here, identity, state, wanted)
    carried = {name: value for name, value in state.items() if not _is_settled(kind, name)}
    return _must_read(kind, here, identity, {**carried, **wanted})


def read(kind: AwsKind, aws: Emulator, identity: str, state: Props) -> Props | None:
    """Outputs as AWS has them now; None where it is gone."""
    here = located(aws, state)
    found = kind.read(here, identity, state)
    return None if found is None else _outputs(kind, here, state, found)


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


def _must_read(kind: AwsKind, aws: Emulator, identity: str, wanted: Props) -> Props:
    found = kind.read(aws, identity, wanted)
    if found is None:
        raise LookupError(f"{kind.resource_type} {identity} is gone right after the call. Run `pulumi up --refresh`")
    return _outputs(kind, aws, wanted, found)


def _outputs(kind: AwsKind, aws: Emulator, before: Props, found: Props) -> Props:
    """AWS's answer in the words of the inputs where the two mean the same, plus the plugin's own settings."""
    if kind.tagged:
        found = {**found, "tags": tags.own(aws.default_tags, texts(found.get(difference.TAGS_ALL)))}
    said = {
        name: before[name] if name in before and kind.means_same(name, value, before[name]) else value
        for name, value in found.items()
    }
    own = {name: before.get(name) for name in kind.kept}
    return {**own, **said, **({"region": aws.region} if _has_region(kind) else {})}


def _is_settled(kind: AwsKind, name: str) -> bool:
    """Whether the inputs alone say what it is."""
    return name in schema.inputs(kind.resource_type)


def _has_region(kind: AwsKind) -> bool:
    return "region" in schema.inputs(kind.resource_type)
