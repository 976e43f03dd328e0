"""Whether Prefect itself gave an answer, or something between: a proxy, a login page, another server.

Such a thing may answer anything with 200 or 404, and both would pass for "done" and "gone".
"""

import http
import json
from collections.abc import Mapping
from typing import Protocol, cast

_CHANGING = ("PATCH", "DELETE")
"""Prefect answers these with 204 and nothing else (`prefect/server/api/{deployments,variables,workers}.py`, 3.9.1)."""

_UNKNOWN_ROUTE = {"detail": "Not Found"}
"""The framework's answer for a path that the server does not have (`starlette/routing.py`, 1.10)."""

_REMEDY = (
    "An expired login or a proxy may stand before the server: log in again, or let this machine through to the API. "
    "Otherwise correct api_url: it ends in /api, or in Cloud's workspace path."
)


class Reply(Protocol):
    """What is asked of an answer, whichever library brought it."""

    @property
    def status_code(self) -> int:
        """HTTP's."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """By name, in any case."""
        ...

    @property
    def content(self) -> bytes:
        """All of it."""
        ...


def objection(method: str, answer: Reply) -> str | None:
    """Why the answer can't be Prefect's own, with the remedy; None where it can. For answers below 300, and 404."""
    if answer.status_code == http.HTTPStatus.NOT_FOUND:
        return None if _names_what_is_missing(answer) else f"this 404 is not Prefect's own. {_REMEDY}"
    if answer.status_code >= http.HTTPStatus.MULTIPLE_CHOICES:
        return None
    if _is_web_page(answer):
        return f"a web page came with {answer.status_code}, not Prefect's answer; nothing was done. {_REMEDY}"
    if method in _CHANGING and answer.status_code != http.HTTPStatus.NO_CONTENT:
        return f"{answer.status_code} is not Prefect's answer, which is 204; nothing was done. {_REMEDY}"
    return None


def is_cut(answer: Reply) -> bool:
    """Whether it is JSON that begins and does not end."""
    if "json" not in answer.headers.get("Content-Type", "") or not answer.content.lstrip().startswith((b"{", b"[")):
        return False
    try:
        json.loads(answer.content)
    except ValueError:
        return True
    return False


def _is_web_page(answer: Reply) -> bool:
    return "text/html" in answer.headers.get("Content-Type", "") or answer.content.lstrip().startswith(b"<")


def _names_what_is_missing(answer: Reply) -> bool:
    """`detail` from a route's HTTPException, `exception_message` from an ObjectNotFoundError (`api/server.py`)."""
    try:
        body: object = json.loads(answer.content)
    except ValueError:
        return False
    if not isinstance(body, dict) or body == _UNKNOWN_ROUTE:
        return False
    fields = cast("dict[str, object]", body)
    return any(isinstance(fields.get(key), str) for key in ("detail", "exception_message"))
