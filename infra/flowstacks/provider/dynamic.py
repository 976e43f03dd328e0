"""FROZEN PATH: the module's and the classes' names are written into every stack's state. Never move or rename them.

Pulumi pickles a provider by reference: module and class name, some 80 characters, which later runs (delete, refresh,
diff) import again. An alias left at the old path would have to stay for ever. For the same reason a provider has no
instance attributes: they would be pickled too, and end in a RecursionError near resource 488 (pulumi 3.258.0).

Each kind of the registry has a class here, named after its resource: `DeploymentProvider`. Behaviour is in
`lifecycle`, once for all kinds.
"""

import sys
from typing import Any, ClassVar

from pulumi import dynamic

from flowstacks.provider import lifecycle, session
from flowstacks.provider.images import lifecycle as image
from flowstacks.provider.images import session as images
from flowstacks.provider.kind import Kind
from flowstacks.provider.registry import KINDS


class PrefectProvider(dynamic.ResourceProvider):
    """Objects of a Prefect server; a subclass for each kind."""

    kind: ClassVar[Kind[Any, Any]]

    # There is nothing to hide in a class name; a secret in each resource would make the state slow.
    serialize_as_secret_always = False

    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Once per process: where the server is, from stack config and environment."""
        session.configure(req.config)

    def check(self, _olds: dict[str, object], news: dict[str, object]) -> dynamic.CheckResult:
        """Types and unknown keys, before anything is sent."""
        return lifecycle.check(self.kind, session.current(), news)

    def diff(self, _id: str, _olds: dict[str, object], _news: dict[str, object]) -> dynamic.DiffResult:
        """Decide from the state and the program alone; no request about the object."""
        return lifecycle.diff(self.kind, session.current(), _id, _olds, _news)

    def create(self, props: dict[str, object]) -> dynamic.CreateResult:
        """Create, or continue a create that was killed."""
        return lifecycle.create(self.kind, session.current(), props)

    def read(self, id_: str, props: dict[str, object]) -> dynamic.ReadResult:
        """What the server has now."""
        return lifecycle.read(self.kind, session.current(), id_, props)

    def update(self, _id: str, _olds: dict[str, object], _news: dict[str, object]) -> dynamic.UpdateResult:
        """Send only what differs."""
        return lifecycle.update(self.kind, session.current(), _id, _olds, _news)

    def delete(self, _id: str, _props: dict[str, object]) -> None:
        """Delete it if it still belongs to the stack."""
        lifecycle.delete(self.kind, session.current(), _id, _props)


def _provider(kind: Kind[Any, Any]) -> type[PrefectProvider]:
    attributes = {"__module__": __name__, "__doc__": f"Each {kind.name}.", "kind": kind}
    return type(f"{kind.resource}Provider", (PrefectProvider,), attributes)


PROVIDERS = {kind.resource: _provider(kind) for kind in KINDS.values()}
"""By the name of the resource class."""

for _class in PROVIDERS.values():
    # A pickled reference is a module and a name in it.
    setattr(sys.modules[__name__], _class.__name__, _class)


class ImageProvider(dynamic.ResourceProvider):
    """Container images; no object of a Prefect server, so they have a lifecycle of their own."""

    serialize_as_secret_always = False  # as above

    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Once per process: what may be built, from stack config."""
        images.configure(req.config)

    def check(self, _olds: dict[str, object], news: dict[str, object]) -> dynamic.CheckResult:
        """Types and unknown keys, before anything is sent."""
        return image.check(images.current(), news)

    def diff(self, _id: str, _olds: dict[str, object], _news: dict[str, object]) -> dynamic.DiffResult:
        """Decide from the state and the program alone; no request."""
        return image.diff(images.current(), _olds, _news)

    def create(self, props: dict[str, object]) -> dynamic.CreateResult:
        """Find, verify or build the digest, and tag it."""
        return image.create(images.current(), props)

    def read(self, id_: str, props: dict[str, object]) -> dynamic.ReadResult:
        """What the registry has now."""
        return image.read(images.current(), id_, props)

    def update(self, _id: str, _olds: dict[str, object], _news: dict[str, object]) -> dynamic.UpdateResult:
        """As `create`, in place."""
        return image.update(images.current(), _news)

    def delete(self, _id: str, _props: dict[str, object]) -> None:
        """Take the tag away; the image stays."""
        image.delete(images.current(), _props)
