"""Python expressions as placed values: literals and constants, read and never run."""

import ast
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

from flowstacks.core.problem import Place
from flowstacks.discovery.declarations.placed_value import PlacedValue, UnreadableError
from flowstacks.discovery.flows import values
from flowstacks.discovery.flows.codebase import Codebase
from flowstacks.discovery.flows.values import Located

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Literal:
    """An expression of one of the project's files. Its place is where it is used, not where a name was assigned."""

    codebase: Codebase
    located: Located

    @property
    def place(self) -> Place:
        """The expression's file and line."""
        return Place(self.located.file, self.located.line)

    @property
    def is_none(self) -> bool:
        """`None`, or a name for it; False where that is known only at run time."""
        try:
            node = self.definition().located.node
        except UnreadableError:
            return False
        return isinstance(node, ast.Constant) and cast("object", node.value) is None

    @property
    def is_mapping(self) -> bool:
        """A dict, a call with keywords, or `A | B`; `"0 4 " + REST` is none."""
        node = self.definition().located.node
        return isinstance(node, ast.Dict | ast.Call) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr))

    def value(self) -> object:
        """Raises UnreadableError where it is known only at run time."""
        return self._ask(values.evaluate)

    def entries(self) -> Mapping[str, PlacedValue]:
        """Of a dict or of a call's keywords; spreads are flattened. Raises UnreadableError for anything else."""
        return {name: Literal(self.codebase, part) for name, part in self._ask(values.fields).items()}

    def items(self) -> Sequence["Literal"]:
        """Of a list or tuple, also a sum of these. Raises UnreadableError for anything else."""
        return [Literal(self.codebase, part) for part in self._ask(values.elements)]

    def definition(self) -> "Literal":
        """The expression that was assigned to the name, if it is a name. Raises UnreadableError where none was."""
        return Literal(self.codebase, self._ask(values.definition))

    def _ask(self, question: Callable[[Codebase, Located], T]) -> T:
        try:
            return question(self.codebase, self.located)
        except values.UnresolvedError as error:
            raise UnreadableError(
                Place(error.expression.file, error.expression.line),
                f"this is known only when the file runs: {error}",
                "Write a literal, or a constant of the project's files",
            ) from error
