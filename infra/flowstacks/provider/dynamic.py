"""FROZEN PATH: the module's and the classes' names are written into every stack's state. Never move or rename them.

Pulumi pickles a provider by reference: module and class name, some 80 characters, which later runs (delete, refresh,
diff) import again. An alias left at the old path would have to stay for ever. For the same reason a provider has no
instance attributes: they would be pickled too, and end in a RecursionError near resource 488 (pulumi 3.258.0).

Behaviour is in `lifecycle`, once for all kinds; these classes only say which kind.
"""

from pulumi import dynamic

from flowstacks.provider import lifecycle, session
from flowstacks.provider.images import lifecycle as image
from flowstacks.provider.images import session as images
from flowstacks.provider.kinds import deployment, work_pool


class WorkPoolProvider(dynamic.ResourceProvider):
    """Work pools."""

    # There is nothing to hide in a class name; a secret in each resource would make the state slow.
    serialize_as_secret_always = False

    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Once per process: where the server is, from stack config and environment."""
        session.configure(req.config)

    def check(self, _olds: dict[str, object], news: dict[str, object]) -> dynamic.CheckResult:
        """Types and unknown keys, before anything is sent."""
        return lifecycle.check(work_pool.KIND, session.current(), news)

    def diff(self, _id: str, _olds: dict[str, object], _news: dict[str, object]) -> dynamic.DiffResult:
        """Decide from state and wish alone; no request about the object."""
        return lifecycle.diff(work_pool.KIND, session.current(), _id, _olds, _news)

    def create(self, props: dict[str, object]) -> dynamic.CreateResult:
        """Create, or continue a create that was killed."""
        return lifecycle.create(work_pool.KIND, session.current(), props)

    def read(self, id_: str, props: dict[str, object]) -> dynamic.ReadResult:
        """What the server has now."""
        return lifecycle.read(work_pool.KIND, session.current(), id_, props)

    def update(self, _id: str, _olds: dict[str, object], _news: dict[str, object]) -> dynamic.UpdateResult:
        """Send only what differs."""
        return lifecycle.update(work_pool.KIND, session.current(), _id, _olds, _news)

    def delete(self, _id: str, _props: dict[str, object]) -> None:
        """Delete it if it is still ours."""
        lifecycle.delete(work_pool.KIND, session.current(), _id, _props)


class DeploymentProvider(dynamic.ResourceProvider):
    """Deployments."""

    serialize_as_secret_always = False  # as above

    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Once per process: where the server is, from stack config and environment."""
        session.configure(req.config)

    def check(self, _olds: dict[str, object], news: dict[str, object]) -> dynamic.CheckResult:
        """Types and unknown keys, before anything is sent."""
        return lifecycle.check(deployment.KIND, session.current(), news)

    def diff(self, _id: str, _olds: dict[str, object], _news: dict[str, object]) -> dynamic.DiffResult:
        """Decide from state and wish alone; no request about the object."""
        return lifecycle.diff(deployment.KIND, session.current(), _id, _olds, _news)

    def create(self, props: dict[str, object]) -> dynamic.CreateResult:
        """Create, or continue a create that was killed."""
        return lifecycle.create(deployment.KIND, session.current(), props)

    def read(self, id_: str, props: dict[str, object]) -> dynamic.ReadResult:
        """What the server has now."""
        return lifecycle.read(deployment.KIND, session.current(), id_, props)

    def update(self, _id: str, _olds: dict[str, object], _news: dict[str, object]) -> dynamic.UpdateResult:
        """Send only what differs."""
        return lifecycle.update(deployment.KIND, session.current(), _id, _olds, _news)

    def delete(self, _id: str, _props: dict[str, object]) -> None:
        """Delete it if it is still ours."""
        lifecycle.delete(deployment.KIND, session.current(), _id, _props)


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
        """Decide from state and wish alone; no request."""
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
