"""The stack on one screen: config, evaluation, environment, outputs."""

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
        infra_commit = history.effective_commit(root, "HEAD", config.INFRA_PATHS)  # becomes the output `infra_commit`
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


def how_to_fill(settings: Config) -> str:
    """What to do with an environment that has no release yet."""
    stack = settings.environment
    fill = f"`flowstacks promote SRC {stack}`, or `flowstacks pin {stack} COMMIT`"
    if RUNTIMES[settings.runtime].has_images:
        fill += f" once `flowstacks build {stack} --commit COMMIT` has made its images"
    return f"{stack} has no release yet: it is provisioned and runs nothing. Fill it: {fill}"
