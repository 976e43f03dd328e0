"""Which answers are asked for again, and for how long."""

import dataclasses
import http
from typing import Self

from flowstacks.provider.http import origin

MOST_FLAWS = 2
"""How often a flaw is asked again."""

_OVERLOADED = (502, 503, 504)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to go on, in seconds."""

    total_s: float = 90.0
    """For a request with all its retries."""
    throttled_s: float = 600.0
    """Instead of `total_s` while the server answers 429."""
    absent_s: float = 15.0
    """Instead of `total_s` while the connection is refused."""
    first_wait_s: float = 0.1
    """Between the first two attempts; doubled each time."""
    longest_wait_s: float = 5.0
    """Between two attempts."""
    connect_s: float = 5.0
    """For a connection."""
    answer_s: float = 30.0
    """For the next byte of an answer."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Setback:
    """Why a request is to be sent again."""

    description: str
    """For the text of the error in the end."""
    is_harmless: bool
    """The server has not carried it out, so even a create may be sent again."""
    limit_s: float
    """How long to go on, in seconds."""
    pause_s: float = 0.0
    """The least wait, in seconds."""
    is_overload: bool = False
    """The server has too much to do: fewer writers at once."""
    is_flaw: bool = False
    """It may be gone at the next try; if it stays it is how the server is, so it is asked again `MOST_FLAWS` times."""

    @classmethod
    def answered(cls, answer: origin.Reply, patience: Patience, *, reads: bool) -> Self | None:
        """None for an answer to work with. `reads`: the request changes nothing."""
        status = answer.status_code
        total_s = patience.total_s
        if status == http.HTTPStatus.TOO_MANY_REQUESTS:
            return cls(description="429", is_harmless=True, limit_s=patience.throttled_s, pause_s=_retry_after(answer))
        if status in _OVERLOADED:
            return cls(description=str(status), is_harmless=False, limit_s=total_s, is_overload=True)
        if reads and status == http.HTTPStatus.INTERNAL_SERVER_ERROR:
            return cls(description="500", is_harmless=True, limit_s=total_s, is_flaw=True)
        if status < http.HTTPStatus.MULTIPLE_CHOICES and origin.is_cut(answer):
            description = f"the answer was cut off after {len(answer.content)} bytes"
            return cls(description=description, is_harmless=False, limit_s=total_s, is_flaw=True)
        return None


def _retry_after(answer: origin.Reply) -> float:
    """Seconds, 0 without; a date there (RFC 9110 allows it, Prefect Cloud sends seconds) counts as absent."""
    seconds = answer.headers.get("Retry-After", "")
    return float(seconds) if seconds.replace(".", "", 1).isdigit() else 0.0
