"""A value and where it is written: what a declaration form gives, whatever language the file has.

The shared readers (`fields`, `schedules`) ask for a value, for the entries of a mapping or for the items of a list, and
report at the place of the part that is wrong. `PlacedConstant` serves forms whose parser returns plain values (TOML,
YAML); `literals.Literal` reads Python expressions.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from flowstacks.core.problem import Place
from flowstacks.discovery.findings import Findings


class UnreadableError(Exception):
    """The file's text does not determine a value; `str()` gives the reason."""

    def __init__(self, place: Place, reason: str, remedy: str) -> None:
        """`reason` is a clause without a full stop."""
        self.place = place
        self.remedy = remedy
        super().__init__(reason)

    def report(self, findings: Findings) -> None:
        """As a problem of the declaration."""
        findings.error("flow-spec-value", self.place.file, self.place.line, str(self), self.remedy)


class PlacedValue(Protocol):
    """A value of a declaration that is read only where it is asked for."""

    @property
    def place(self) -> Place:
        """Where it is written."""
        ...

    @property
    def is_none(self) -> bool:
        """Whether it is null, so that nothing is declared; False where that is unknown."""
        ...

    @property
    def is_mapping(self) -> bool:
        """Whether `entries` has an answer. Raises UnreadableError."""
        ...

    def definition(self) -> "PlacedValue":
        """The same value where its text is, where it is used by a name. Raises UnreadableError."""
        ...

    def value(self) -> object:
        """As Python objects. Raises UnreadableError."""
        ...

    def entries(self) -> Mapping[str, "PlacedValue"]:
        """The entries of a mapping. Raises UnreadableError for anything else."""
        ...

    def items(self) -> Sequence["PlacedValue"]:
        """The items of a list. Raises UnreadableError for anything else."""
        ...


def read(source: PlacedValue, findings: Findings) -> object:
    """The value; None, with a problem, where it can't be read."""
    try:
        return source.value()
    except UnreadableError as error:
        error.report(findings)
        return None


@dataclasses.dataclass(frozen=True)
class PlacedConstant:
    """A value that a parser has read already."""

    constant: object
    """Plain objects: mappings with string keys, lists, strings, numbers, True, False, None."""
    place: Place
    """Where it is written."""
    places: Mapping[tuple[str | int, ...], Place] = dataclasses.field(
        default_factory=dict[tuple[str | int, ...], Place]
    )
    """Places of parts by their path of keys and indexes, as far as the parser knows them; else the whole's."""

    @property
    def is_none(self) -> bool:
        """Whether it is null."""
        return self.constant is None

    @property
    def is_mapping(self) -> bool:
        """Whether it has entries."""
        return isinstance(self.constant, Mapping)

    def definition(self) -> "PlacedConstant":
        """Itself: the parser has followed names already."""
        return self

    def value(self) -> object:
        """The constant itself."""
        return self.constant

    def entries(self) -> Mapping[str, PlacedValue]:
        """Raises UnreadableError unless it is a mapping."""
        constant = self.constant
        if not isinstance(constant, Mapping):
            raise UnreadableError(self.place, f"{self.constant!r} is not a mapping", "Write fields with their values")
        constants = cast("Mapping[str, object]", constant)
        return {name: self._part(name, constant) for name, constant in constants.items()}

    def items(self) -> Sequence[PlacedValue]:
        """Raises UnreadableError unless it is a list."""
        constant = self.constant
        if not isinstance(constant, list | tuple):
            raise UnreadableError(self.place, f"{self.constant!r} is not a list", "Write a list")
        return [self._part(index, item) for index, item in enumerate(cast("Sequence[object]", constant))]

    def _part(self, key: str | int, constant: object) -> "PlacedConstant":
        inside = {path[1:]: place for path, place in self.places.items() if path[:1] == (key,)}
        return PlacedConstant(constant, inside.pop((), self.place), inside)
