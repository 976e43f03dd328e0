"""The difference of what is declared at two commits, in the form of a preview: it needs no credentials. Pure."""

from flowstacks.core.naming import Naming
from flowstacks.core.problem import Place
from flowstacks.desired import choice, desired_state
from flowstacks.desired.objects import Desired
from flowstacks.desired.recipe import Source
from flowstacks.difference import plan
from flowstacks.discovery.manifest import Manifest
from flowstacks.report import plan_file
from flowstacks.report.preview import Preview
from flowstacks.runtimes.process import RUNTIME
from flowstacks.stack.config import Config
from flowstacks.stack.release import Release

_ENVIRONMENT = "declared"
_PIN = "HEAD"
"""Any pin: the manifest is given, and nothing is read from git."""

# Names by address, so that no two deployments are taken for one, whatever an environment's templates make of them.
_NAMING = Naming(
    deployment="{project}/{function}/{deployment}",
    default_deployment="{project}/{function}/{deployment}",
    work_pool="{name}",
    tags=("PROJECT_NAME={project}", "COMMIT_HASH={commit}", "PACKAGE_VERSION={version}"),
    version="{version}-{short_commit}",
)

# Whether a schedule is active is for the environments to decide: paused, so that no runs are counted.
_CONFIG = Config(
    environment=_ENVIRONMENT,
    runtime=_ENVIRONMENT,
    schedule_policy="paused",
    release=Release.model_validate({"commit": _PIN}),
    naming=_NAMING,
)


def difference(before: Manifest, after: Manifest) -> Preview:
    """Deployments by address. One whose project has other files has other code, so it counts as updated."""
    return plan_file.of_plan(plan.compare(_desired(before), _desired(after)))


def _desired(manifest: Manifest) -> Desired:
    place, source = Place(_ENVIRONMENT, 0), Source(url="", credentials=None, checkout="")
    chosen = choice.choose(_CONFIG, {_PIN: manifest}, lambda _: place)
    return desired_state.compose(_CONFIG, RUNTIME, _ENVIRONMENT, source, chosen)
