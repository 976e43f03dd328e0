"""Whether a stack as judged would delete more than was meant. Pure."""

from collections.abc import Collection

from flowstacks.checks import registry
from flowstacks.checks.check import CheckRun
from flowstacks.checks.facts import RemovalFacts
from flowstacks.core.problem import Place, Problem
from flowstacks.evaluation.evaluation import Verdict


def removal_problems(verdict: Verdict, entrypoints: Collection[str], place: Place | None = None) -> list[Problem]:
    """Errors for projects and environments that would be emptied.

    `entrypoints`: of the deployments that the environment has now; `place`: where the pin is written, if not in the
    stack file.
    """
    checks = CheckRun()
    facts = RemovalFacts(
        config=verdict.config,
        desired=verdict.desired,
        manifests=verdict.manifests,
        entrypoints=entrypoints,
        place=place or verdict.pinned,
    )
    checks.run(registry.REMOVALS, facts)
    return checks.problems
