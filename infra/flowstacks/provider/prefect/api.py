"""Requests to the Prefect API with typed answers: get, pages, post, patch, delete. Knows no route.

POST routes that create need the trailing slash. Reads of many come in pages of 200 (201 is answered with 422):
`prefect/server/api/dependencies.py`, 3.9.1.
"""

from collections.abc import Mapping
from typing import TypeVar, cast

import pydantic

from flowstacks.provider.errors import NotFoundError, RequestError
from flowstacks.provider.http import origin, transport
from flowstacks.provider.http.transport import Method, Patience, Response, Transport
from flowstacks.provider.model import Answer
from flowstacks.provider.prefect.settings import ServerSettings

Json = pydantic.JsonValue
Body = Mapping[str, object]
"""A request's JSON: the nouns' own TypedDicts, or a filter."""

A = TypeVar("A", bound=Answer)
M = TypeVar("M", bound=pydantic.BaseModel)

PAGE = 200
NEWEST_FIRST = "CREATED_DESC"
"""Names repeat, so sorting by name could lose one between two pages; what is created meanwhile only repeats one."""


class PrefectApi:
    """Thread-safe; one per server and process."""

    def __init__(self, settings: ServerSettings, patience: Patience) -> None:
        """Nothing is sent yet."""
        self.transport = Transport(transport.prefect(settings), patience)

    @property
    def url(self) -> str:
        """The API's URL without user and password."""
        return self.transport.base_url

    def get(self, shape: type[A], path: str) -> A | None:
        """One object; None for 404."""
        try:
            answer = self.transport.request("GET", path, writes=False, repeatable=True)
        except NotFoundError:
            return None
        return self._read(shape, answer)

    def query(self, shape: type[M], path: str, body: Body) -> M:
        """A POST that only reads."""
        return self._send(shape, "POST", path, body, writes=False, repeatable=True)

    def pages(self, shape: type[A], path: str, body: Body) -> list[A]:
        """All objects that a filter matches."""
        objects: list[A] = []
        while True:
            page = self.query(_Page, path, {**body, "limit": PAGE, "offset": len(objects)}).root
            objects += [shape.model_validate(item) for item in page]
            if len(page) < PAGE:
                return objects

    def create(self, shape: type[A], path: str, body: Body) -> A:
        """A POST that makes an object; an UnknownOutcomeError where the answer was lost."""
        return self._send(shape, "POST", path, body, writes=True, repeatable=False)

    def ensure(self, shape: type[A], path: str, body: Body) -> A:
        """A POST that makes an object or answers with the existing one; sent again where the answer was lost."""
        return self._send(shape, "POST", path, body, writes=True, repeatable=True)

    def patch(self, path: str, body: Body) -> None:
        """Absent keys stay, null clears. A NotFoundError where the object is gone."""
        self.transport.request("PATCH", path, _json(body), writes=True, repeatable=True)

    def delete(self, path: str) -> None:
        """404 is success."""
        try:
            self.transport.request("DELETE", path, writes=True, repeatable=True)
        except NotFoundError:
            return

    def _send(self, shape: type[M], method: Method, path: str, body: Body, *, writes: bool, repeatable: bool) -> M:
        answer = self.transport.request(method, path, _json(body), writes=writes, repeatable=repeatable)
        return self._read(shape, answer)

    def _read(self, shape: type[M], answer: Response) -> M:
        try:
            return shape.model_validate_json(answer.content)
        except pydantic.ValidationError:
            raise RequestError(answer.status_code, f"{self.url} {_unlike_prefect(answer)}") from None


class _Page(pydantic.RootModel[list[dict[str, pydantic.JsonValue]]]):
    """Up to 200 objects."""


def _json(body: Body) -> Json:
    return cast("Json", body)


def _unlike_prefect(answer: Response) -> str:
    if origin.is_cut(answer):
        return (
            f"answered {len(answer.content)} bytes, and the answer is cut off there. Run it again; if it stays so, "
            "a proxy before the server limits the length of answers."
        )
    return "does not answer as Prefect's API does. End api_url in /api, or in Cloud's workspace path."
