"""What a check is, and how the checks of one stage are run. Pure."""

import dataclasses
import inspect
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from flowstacks.core import problem
from flowstacks.core.problem import Place, Problem, Severity
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config

NOT_CHECKED = "not-checked"
_REMEDY = "Remedy:"


class Facts(Protocol):
    """What the checks of a stage look at; `flowstacks.checks.facts` has one class for each stage."""

    @property
    def config(self) -> Config:
        """The environment's config."""
        ...


F_contra = TypeVar("F_contra", bound=Facts, contravariant=True)


class Finding(NamedTuple):
    """What a check found; its id and its severity are the check's."""

    place: Place
    """File and line that are to be changed."""
    message: str
    """What is wrong, with the value that is."""
    remedy: str
    """What to do about it."""
    address: str | None = None
    """The deployment that it is about, None where it is about the stack."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Check(Generic[F_contra]):
    """One rule: an entry of `flowstacks.checks.registry`, and a row of `docs/reference/checks.md`."""

    id: str
    """Code of the problem, kebab-case: scripts read it, so it never changes."""
    severity: Severity = "error"
    """`error` stops an `up`."""
    needs: tuple[str, ...] = ()
    """Config keys, or settings of deployments, without which the check would report what is not wrong."""
    on_aws: bool = False
    """Only for runtimes that need AWS."""
    find: Callable[[F_contra], Iterable[Finding]]
    """The rule itself. Its docstring is what the docs say: a first line, and one that begins with `Remedy:`."""

    @property
    def summary(self) -> str:
        """What the problem means, one line for the docs."""
        return (inspect.getdoc(self.find) or "").partition("\n")[0]

    @property
    def remedy(self) -> str:
        """What to do about it, one line for the docs."""
        return (inspect.getdoc(self.find) or "").partition(_REMEDY)[2].partition("\n")[0].strip()

    def applies(self, facts: F_contra) -> bool:
        """Whether the check is for the environment's runtime."""
        runtime = RUNTIMES.get(facts.config.runtime)
        return not self.on_aws or (runtime is not None and runtime.needs_aws)

    def problems(self, facts: F_contra) -> Iterator[Problem]:
        """Problems, each text at a line once: one line of the stack file may be wrong for five hundred deployments."""
        findings = sorted(self.find(facts), key=_text)
        for _, group in itertools.groupby(findings, key=_text):
            first, *others = group
            address = None if others else first.address
            error = problem.error(self.id, first.place, first.message, first.remedy, address=address)
            yield dataclasses.replace(error, severity=self.severity)


def _text(finding: Finding) -> tuple[Place, str]:
    return finding.place, finding.message


class CheckRun:
    """Runs checks, and keeps account of those that could not be asked because a part of the config is broken."""

    def __init__(self, broken: Mapping[str, Place] | None = None) -> None:
        """`broken`: config keys and settings that have a problem already, each with its place."""
        self.problems: list[Problem] = []
        self._broken = dict(broken or {})
        self._skipped: dict[Place, set[str]] = defaultdict(set)

    def add_broken(self, broken: Mapping[str, Place]) -> None:
        """Add names to the parts that are broken; the first place of a name stays."""
        self._broken = {**broken, **self._broken}

    def run(self, checks: Sequence[Check[Any]], facts: Facts) -> None:
        """Add the problems of every check whose needs are met."""
        for check in checks:
            if "runtime" not in self._broken and not check.applies(facts):
                continue
            needs = (*check.needs, *(("runtime",) if check.on_aws else ()))
            places = [self._broken[name] for name in needs if name in self._broken]
            if places:
                self.skip(check.id, places)
            else:
                self.problems.extend(check.problems(facts))

    def skip(self, code: str, places: Iterable[Place]) -> None:
        """Note that a check was not made because of what is wrong at these places."""
        for place in places:
            self._skipped[place].add(code)

    def not_checked(self) -> Iterator[Problem]:
        """One info for each broken place, with the ids of the checks that it kept from being made."""
        for place, codes in sorted(self._skipped.items()):
            message = f"not checked because of the error here: {', '.join(sorted(codes))}"
            remedy = "Correct it, and check again"
            yield dataclasses.replace(problem.error(NOT_CHECKED, place, message, remedy), severity="info")
