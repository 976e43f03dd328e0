"""Signatures whose schema must be Prefect's own; each function is one case."""

import datetime
import datetime as dt
import decimal
import typing
import typing as t
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Dict, List, Literal, Optional, Tuple, Union

from pydantic import BaseModel, Field

Mode = Literal["full", "delta"]
Alias = list[int]
DAYS = 7
REGION = "eu"
NAMES = ["a", "b"]


class Own:
    pass


def nothing(): ...
def plain(a, b=1): ...
def scalars(a: int, b: str, c: float, d: bool, e: None, f: bytes, g: object): ...
def lists(a: list, b: list[int], c: List[str], d: List, e: list[list[int]], f: Sequence[str], g: list[Any]): ...
def dicts(a: dict, b: dict[str, int], c: Dict[str, Any], d: Dict, e: Mapping[str, float], f: dict[str, list[int]]): ...
def tuples(a: tuple, b: tuple[int, str], c: tuple[int, ...], d: Tuple[str, ...], e: set[int], f: frozenset[str]): ...
def optional(a: Optional[int], b: Optional[int] = None, c: int | None = None, d: "int | None" = None): ...
def unions(a: Union[int, str], b: int | str | None, c: str | int, d: list[int] | dict[str, int] = [1]): ...
def literals(
    a: Literal["x", "y"], b: Literal[1, 2] = 1, c: Mode = "full", d: Literal[True, None] = None, e: Literal[-1] = -1
): ...
def dates(
    a: date, b: datetime.datetime, c: dt.timedelta, d: timedelta, e: dt.date | None = None, f: datetime.time = None
): ...
def others(a: uuid.UUID, b: Decimal, c: decimal.Decimal, d: Path, e: t.Any, f: typing.Optional[typing.List[int]]): ...
def aliases(a: Alias, b: "Alias", c: "list[Mode]" = []): ...
def annotated(a: Annotated[int, "note"], b: Annotated[str | None, 1] = None): ...
def own(a: Own, b: list[Own], c: Optional[Own] = None, d: "Own | None" = None): ...
def defaults(
    a=DAYS,
    b: str = REGION,
    c: list[str] = NAMES,
    d: dict = {"a": {"b": None}},
    e: float = -1.5,
    f: str = f"{REGION}-x",
    g: int = 60 * 60,
    h: tuple = (1, 2),
): ...
def constructed(
    a: date = date(2024, 1, 2), b: timedelta = timedelta(hours=3), c: dt.datetime = dt.datetime(2024, 1, 2, 3)
): ...
def mismatched(a: int = None, b: str = 3, c: list[int] = ("x",)): ...
def odd(a: "list[int, str]", b: "dict[int]" = None): ...
def kinds(a, /, b: int, *, c: str, d: int = 2): ...
def variadics(a: int, *args, **kwargs): ...
def typed_variadics(*args: int, b: str = "x", **kwargs: str): ...
def shadowing(copy: int, json: str = "a", schema: dict = {}, model_config: int = 1, construct=None): ...
def underscored(model_x: int, validate: bool = True): ...
def fields(
    a: int = Field(3, description="from field"),
    b: str = Field(description="no default"),
    c: int = Field(default=1),
    d: list = Field(default_factory=list),
    e: int = Field(...),
): ...


async def asynchronous(a: int = 1) -> int:
    """First line.

    Second paragraph.

    Args:
        a: what it is
    """
    return a


def documented(a: int, b: str = "x", c=None, *args, **kwargs):
    """Summary.

    Args:
        a: the first
        b (str): the second,
            on two lines
        c: with: a colon
        *args: rest
        unknown: not a parameter

    Returns:
        Nothing.
    """


def parameters_section(a: int):
    """Summary.

    Parameters:
        a: by another heading
    """


def numpy_style(a: int):
    """Summary.

    Parameters
    ----------
    a : int
        not Google style
    """


def sphinx_style(a: int):
    """Summary.

    :param a: not Google style
    """


def twice(a: int):
    """Args:
        a: first

    Args:
        a: second
    """


def broken_section(a: int):
    """Summary.

    Args:
        no colon here
        a
    """
