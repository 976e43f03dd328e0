"""The plugin: pulumi's requests to `lifecycle` calls and back."""

import asyncio
from collections.abc import Mapping

from pulumi.provider.experimental import provider
from pulumi.provider.experimental.property_value import PropertyValue
from typing_extensions import override

from flowstacks.aws_plugin import difference, inputs, lifecycle, registry, settings
from flowstacks.aws_plugin.errors import RefusedError
from flowstacks.aws_plugin.kind import AwsKind
from flowstacks.aws_plugin.properties.values import marked, plain, secret_names
from flowstacks.aws_plugin.session import Emulator


class StandIn(provider.Provider):
    """Serves the types in `registry`. Calls to AWS run in threads: the engine asks for several things at once."""

    def __init__(self) -> None:
        """Without settings: they come with `configure`."""
        self._settings: settings.PluginSettings | None = None

    @property
    def _aws(self) -> Emulator:
        if self._settings is None:
            raise RefusedError("The AWS plugin got no settings. Give the resource an explicit aws.Provider")
        return self._settings.aws()

    @override
    async def check_config(self, request: provider.CheckRequest) -> provider.CheckResponse:
        props = plain(request.new_inputs)
        # Settings from another resource's output are unknown in a preview; `configure` sees them in the end.
        if not any(lifecycle.has_unknown(value) for value in props.values()):
            try:
                settings.parse(props)
            except RefusedError as refused:
                return provider.CheckResponse(request.new_inputs, [provider.CheckFailure("", str(refused))])
        return provider.CheckResponse(request.new_inputs)

    @override
    async def diff_config(self, request: provider.DiffRequest) -> provider.DiffResponse:
        old, new = plain(request.old_state), plain(request.new_inputs)
        # As the real one: another region is another set of objects. All else, a moved endpoint say, is an update.
        return provider.DiffResponse(replaces=["region"] if old.get("region") != new.get("region") else [])

    @override
    async def configure(self, request: provider.ConfigureRequest) -> provider.ConfigureResponse:
        self._settings = settings.parse(plain(request.args))
        # No output values: `PropertyValue` can't read one that is unknown (pulumi 3.258.0: "missing 'value' field").
        return provider.ConfigureResponse(accept_secrets=True, supports_preview=True)

    @override
    async def invoke(self, request: provider.InvokeRequest) -> provider.InvokeResponse:
        raise RefusedError(
            f"The stand-in for the AWS plugin has no functions ({request.tok}). Pass the value as config"
        )

    @override
    async def check(self, request: provider.CheckRequest) -> provider.CheckResponse:
        kind = registry.kind(request.type)
        new_inputs = plain(request.new_inputs)
        problems = inputs.problems(kind, new_inputs)
        if problems:
            failures = [provider.CheckFailure(problem.path, problem.reason) for problem in problems]
            return provider.CheckResponse(request.new_inputs, failures)
        completed = inputs.completed(kind, request.name, new_inputs, plain(request.old_inputs), request.random_seed)
        return provider.CheckResponse(marked(completed, secret_names(request.new_inputs)))

    @override
    async def diff(self, request: provider.DiffRequest) -> provider.DiffResponse:
        kind = registry.kind(request.type)
        new_inputs = plain(request.new_inputs)
        props = lifecycle.complete(kind, self._aws, new_inputs)
        changes = difference.changes(kind, plain(request.old_state), props, request.ignore_changes)
        return provider.DiffResponse(
            changes=bool(changes),
            replaces=[change.name for change in changes if change.replaces],
            delete_before_replace=difference.deletes_first(kind, new_inputs, changes),
            diffs=[change.name for change in changes],
            detailed_diff={
                change.name: provider.PropertyDiff(change.diff_kind, input_diff=False) for change in changes
            },
        )

    @override
    async def create(self, request: provider.CreateRequest) -> provider.CreateResponse:
        kind, new_inputs = registry.kind(request.type), plain(request.properties)
        secret = _secret(kind, request.properties)
        if request.preview:
            return provider.CreateResponse("", marked(lifecycle.previewed_create(kind, self._aws, new_inputs), secret))
        identity, outputs = await asyncio.to_thread(lifecycle.create, kind, self._aws, new_inputs)
        return provider.CreateResponse(identity, marked(outputs, secret))

    @override
    async def read(self, request: provider.ReadRequest) -> provider.ReadResponse:
        kind = registry.kind(request.type)
        before, state = plain(request.inputs), plain(request.properties)
        outputs = await asyncio.to_thread(lifecycle.read, kind, self._aws, request.resource_id, {**before, **state})
        if outputs is None:
            return provider.ReadResponse("")
        secret = _secret(kind, {**request.inputs, **request.properties})
        read_back = lifecycle.read_inputs(kind, outputs, before)
        return provider.ReadResponse(request.resource_id, marked(outputs, secret), marked(read_back, secret))

    @override
    async def update(self, request: provider.UpdateRequest) -> provider.UpdateResponse:
        kind, state, new_inputs = registry.kind(request.type), plain(request.olds), plain(request.news)
        secret = _secret(kind, request.news)
        if request.preview:
            return provider.UpdateResponse(
                marked(lifecycle.previewed_update(kind, self._aws, state, new_inputs), secret)
            )
        outputs = await asyncio.to_thread(lifecycle.update, kind, self._aws, request.resource_id, state, new_inputs)
        return provider.UpdateResponse(marked(outputs, secret))

    @override
    async def delete(self, request: provider.DeleteRequest) -> None:
        kind, state = registry.kind(request.type), plain(request.properties)
        await asyncio.to_thread(kind.delete, lifecycle.located(self._aws, state), request.resource_id, state)


def _secret(kind: AwsKind, properties: Mapping[str, PropertyValue]) -> frozenset[str]:
    """Secret inputs stay secret as outputs of the same name; secret tags also in `tagsAll`."""
    names = secret_names(properties) | kind.secret
    return names | {difference.TAGS_ALL} if "tags" in names else names
