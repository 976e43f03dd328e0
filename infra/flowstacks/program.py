"""The stack on one screen: config, evaluation, environment, outputs."""

from importlib import metadata
from pathlib import Path

import pulumi
from pulumi.runtime import config as engine_config

from flowstacks import outputs
from flowstacks.core.errors import FlowstacksError
from flowstacks.environment import Environment
from flowstacks.evaluation import evaluation, servers
from flowstacks.git import history
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack import config
from flowstacks.stack.config import Config
from flowstacks.stack.server import api_url


def run() -> Environment:
    """Register the selected stack's resources, or raise `pulumi.RunError` with every problem and register none."""
    root, stack = Path.cwd(), pulumi.get_stack()
    try:
        verdict = evaluation.run(root, pulumi.get_project(), stack, engine_config.CONFIG.get())
        server = servers.check(verdict, root)
        infra_commit = infra_revision(root)
    except FlowstacksError as rejected:
        raise pulumi.RunError(str(rejected)) from rejected
    for problem in (*verdict.problems, *server.problems):
        log = pulumi.log.warn if problem.severity == "warning" else pulumi.log.debug
        log(problem.text)
    environment = Environment(stack, verdict.config, verdict.desired, server.foreign_pools, server.images)
    if verdict.config.release is None:
        pulumi.log.info(how_to_fill(verdict.config), environment)
    outputs.export(environment, verdict, api_url(verdict.config) or "", infra_commit)
    return environment


def infra_revision(root: Path) -> str:
    """The output `infra_commit`: which code provisions the environment.

    In a template repository, where the package lies in `infra/flowstacks`, the last commit that changed the
    infrastructure's files; elsewhere the version of the installed distribution. A virtual environment inside the
    repository is elsewhere: its files are in no commit.
    """
    if Path(__file__).resolve().parent == (root / "infra" / "flowstacks").resolve():
        return history.effective_commit(root, "HEAD", config.INFRA_PATHS)
    return metadata.version("flowstacks")


def how_to_fill(settings: Config) -> str:
    """What to do with an environment that has no release yet."""
    stack = settings.environment
    fill = f"`flowstacks promote SRC {stack}`, or `flowstacks pin {stack} COMMIT`"
    if RUNTIMES[settings.runtime].has_images:
        fill += f" once `flowstacks build {stack} --commit COMMIT` has made its images"
    return f"{stack} has no release yet: it is provisioned and runs nothing. Fill it: {fill}"
