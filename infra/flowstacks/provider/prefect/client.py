"""The Prefect API, one method per call: typed in, typed out, nothing decided.

Routes and shapes: `prefect/server/api/{deployments,flows,variables,workers}.py`, Prefect 3.8.8. POST routes that create
need the trailing slash. Reads of many come in pages of 200 (201 is answered with 422).
"""

import threading
import urllib.parse
from collections.abc import Callable, Sequence
from typing import Literal, Self, TypeVar

import pydantic

from flowstacks.provider import answers
from flowstacks.provider.http import origin, transport
from flowstacks.provider.errors import NotFoundError, RequestError
from flowstacks.provider.model import Answer
from flowstacks.provider.prefect.settings import ServerSettings
from flowstacks.provider.http.transport import Patience, Response, Transport

Json = pydantic.JsonValue
Body = dict[str, pydantic.JsonValue]
A = TypeVar("A", bound=Answer)
M = TypeVar("M", bound=pydantic.BaseModel)
T = TypeVar("T")

PAGE = 200
_OF_A_SCHEDULE = "auto-scheduled"
"""Prefect's tag on the runs that a schedule made (`prefect/server/models/deployments.py`, 3.8.8)."""
_OLDEST_LAST = "CREATED_DESC"
"""Names repeat, so sorting by name could lose one between two pages; what is created meanwhile only repeats one."""


class Client:
    """Thread-safe. What is listed once is kept for the process, except for what it writes itself."""

    def __init__(self, settings: ServerSettings, patience: Patience | None = None) -> None:
        """Nothing is sent yet."""
        self.patience = patience or Patience()
        self._transport = Transport(transport.prefect(settings), self.patience)
        self._listing = threading.Lock()
        self._deployments: dict[str, answers.DeploymentAnswer] | None = None
        self._work_pools: dict[str, answers.WorkPoolAnswer] | None = None
        self._variables: dict[str, answers.VariableAnswer] | None = None
        self._flow_ids: dict[str, str] = {}

    @classmethod
    def from_settings(cls, api_url: str, api_key: str | None = None) -> Self:
        """For the program and the command line."""
        return cls(
            ServerSettings(api_url=api_url.rstrip("/"), api_key=pydantic.SecretStr(api_key) if api_key else None)
        )

    @property
    def counts(self) -> dict[str, int]:
        """Requests sent so far, by method."""
        return dict(self._transport.counts)

    @property
    def answered(self) -> dict[str, int]:
        """As `counts`, without those that were turned away (SQLite does so whenever it is busy) and sent again."""
        return dict(self._transport.counts - self._transport.turned_away)

    @property
    def url(self) -> str:
        """The API's URL without user and password."""
        return self._transport.base_url

    def until_known(self, attempt: Callable[[], T]) -> T:
        """Repeat a create that looks by name first; see `Transport.until_known`."""
        return self._transport.until_known(attempt)

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()

    # Deployments

    def deployment(self, id_: str) -> answers.DeploymentAnswer | None:
        """By id; None for 404."""
        return self._get(answers.DeploymentAnswer, f"/deployments/{id_}")

    def deployment_by_name(self, flow_name: str, name: str) -> answers.DeploymentAnswer | None:
        """By Prefect's identity; None for 404."""
        return self._get(answers.DeploymentAnswer, f"/deployments/name/{_quoted(flow_name)}/{_quoted(name)}")

    def known_deployment(self, id_: str) -> answers.DeploymentAnswer | None:
        """From the pages that the process has read, else by id."""
        return self.deployments().get(id_) or self.deployment(id_)

    def deployments(self) -> dict[str, answers.DeploymentAnswer]:
        """All by id, read once."""
        with self._listing:
            if self._deployments is None:
                found = self._pages(answers.DeploymentAnswer, "/deployments/filter", {"sort": _OLDEST_LAST})
                self._deployments = {each.id: each for each in found}
            return self._deployments

    def deployments_in_pool(self, work_pool_name: str) -> list[answers.DeploymentAnswer]:
        """Those that run in this pool, read now."""
        only: Body = {"work_pools": {"name": {"any_": [work_pool_name]}}, "sort": _OLDEST_LAST}
        return self._pages(answers.DeploymentAnswer, "/deployments/filter", only)

    def create_deployment(self, body: Body) -> answers.DeploymentAnswer:
        """An upsert: it takes over a deployment of that name, so look by name first."""
        return self._post(answers.DeploymentAnswer, "/deployments/", body)

    def update_deployment(self, id_: str, body: Body) -> None:
        """Absent keys stay, null clears. Any PATCH deletes the future runs that the schedules made."""
        self._forget(id_)
        self._write("PATCH", f"/deployments/{id_}", body)

    def delete_schedule(self, deployment_id: str, schedule_id: str) -> None:
        """The only way to remove a schedule with a slug. 404 is success.

        The server also deletes the waiting runs that the deployment's other schedules made.
        """
        self._forget(deployment_id)
        self._delete(f"/deployments/{deployment_id}/schedules/{schedule_id}")

    def delete_deployment(self, id_: str) -> None:
        """Its flow and run history stay. 404 is success."""
        self._forget(id_)
        self._delete(f"/deployments/{id_}")

    # Runs

    def waiting_runs(self, deployment_ids: Sequence[str], *, only_of_schedules: bool) -> int:
        """How many runs of these deployments are scheduled and not begun; those that schedules made, or all."""
        made: Body = {"tags": {"all_": [_OF_A_SCHEDULE]}} if only_of_schedules else {}
        runs: Body = {"state": {"type": {"any_": ["SCHEDULED"]}}, **made}
        total = 0
        for start in range(0, len(deployment_ids), PAGE):
            some: list[Json] = list(deployment_ids[start : start + PAGE])
            body: Body = {"flow_runs": runs, "deployments": {"id": {"any_": some}}}
            answer = self._transport.request("POST", "/flow_runs/count", body, writes=False, repeatable=True)
            total += self._read(_Count, answer).root
        return total

    def last_run(self, deployment_id: str) -> answers.FlowRunAnswer | None:
        """The one that ended last, None where none has."""
        ended: list[Json] = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]
        body: Body = {
            "deployments": {"id": {"any_": [deployment_id]}},
            "flow_runs": {"state": {"type": {"any_": ended}}},
            "sort": "END_TIME_DESC",
            "limit": 1,
        }
        answer = self._transport.request("POST", "/flow_runs/filter", body, writes=False, repeatable=True)
        found = self._read(_Many, answer).root
        return answers.FlowRunAnswer.model_validate(found[0]) if found else None

    # Flows

    def flow_id(self, name: str) -> str:
        """Get or create, in one request; remembered."""
        if name not in self._flow_ids:
            answer = self._transport.request("POST", "/flows/", {"name": name}, writes=True, repeatable=True)
            self._flow_ids[name] = self._read(answers.FlowAnswer, answer).id
        return self._flow_ids[name]

    def flows_named(self, names: Sequence[str]) -> list[answers.FlowAnswer]:
        """Those that exist."""
        return self._flows("name", names)

    def flows_with_id(self, ids: Sequence[str]) -> list[answers.FlowAnswer]:
        """Those that exist."""
        return self._flows("id", ids)

    def _flows(self, key: str, wanted: Sequence[str]) -> list[answers.FlowAnswer]:
        found: list[answers.FlowAnswer] = []
        for start in range(0, len(wanted), PAGE):
            some: list[Json] = list(wanted[start : start + PAGE])
            found += self._pages(answers.FlowAnswer, "/flows/filter", {"flows": {key: {"any_": some}}})
        return found

    # Work pools

    def work_pool(self, name: str) -> answers.WorkPoolAnswer | None:
        """By name (the API has no route by id); None for 404."""
        return self._get(answers.WorkPoolAnswer, f"/work_pools/{_quoted(name)}")

    def known_work_pool(self, name: str) -> answers.WorkPoolAnswer | None:
        """From the pages that the process has read, else by name."""
        return self.work_pools().get(name) or self.work_pool(name)

    def work_pools(self) -> dict[str, answers.WorkPoolAnswer]:
        """All by name, read once."""
        with self._listing:
            if self._work_pools is None:
                found = self._pages(answers.WorkPoolAnswer, "/work_pools/filter", {})
                self._work_pools = {each.name: each for each in found}
            return self._work_pools

    def work_queues(self, work_pool_name: str) -> list[answers.WorkQueueAnswer]:
        """Of a pool that exists."""
        return self._pages(answers.WorkQueueAnswer, f"/work_pools/{_quoted(work_pool_name)}/queues/filter", {})

    def create_work_pool(self, body: Body) -> answers.WorkPoolAnswer:
        """A ConflictError where the name is taken."""
        self._forget_pool(str(body["name"]))
        return self._post(answers.WorkPoolAnswer, "/work_pools/", body)

    def update_work_pool(self, name: str, body: Body) -> None:
        """Absent keys stay, null clears."""
        self._forget_pool(name)
        self._write("PATCH", f"/work_pools/{_quoted(name)}", body)

    def delete_work_pool(self, name: str) -> None:
        """Deletes its queues and unties its deployments. 404 is success."""
        self._forget_pool(name)
        self._delete(f"/work_pools/{_quoted(name)}")

    # Variables

    def variable(self, name: str) -> answers.VariableAnswer | None:
        """By name; None for 404."""
        return self._get(answers.VariableAnswer, f"/variables/name/{_quoted(name)}")

    def variables_tagged(self, tag: str) -> dict[str, answers.VariableAnswer]:
        """All with this tag by name, read once."""
        with self._listing:
            if self._variables is None:
                found = self._pages(
                    answers.VariableAnswer, "/variables/filter", {"variables": {"tags": {"all_": [tag]}}}
                )
                self._variables = {each.name: each for each in found}
            return self._variables

    def create_variable(self, name: str, value: Json, tags: Sequence[str]) -> answers.VariableAnswer:
        """A ConflictError where the name is taken."""
        self._forget_variables()
        return self._post(answers.VariableAnswer, "/variables/", {"name": name, "value": value, "tags": list(tags)})

    def update_variable(self, name: str, value: Json) -> None:
        """Replaces the value; tags stay."""
        self._forget_variables()
        self._write("PATCH", f"/variables/name/{_quoted(name)}", {"value": value})

    def delete_variable(self, name: str) -> None:
        """404 is success."""
        self._forget_variables()
        self._delete(f"/variables/name/{_quoted(name)}")

    # Shared

    def _get(self, shape: type[A], path: str) -> A | None:
        try:
            answer = self._transport.request("GET", path, writes=False, repeatable=True)
        except NotFoundError:
            return None
        return self._read(shape, answer)

    def _pages(self, shape: type[A], path: str, body: Body) -> list[A]:
        found: list[A] = []
        while True:
            page: Body = {**body, "limit": PAGE, "offset": len(found)}
            answer = self._transport.request("POST", path, page, writes=False, repeatable=True)
            some = self._read(_Many, answer).root
            found += [shape.model_validate(each) for each in some]
            if len(some) < PAGE:
                return found

    def _post(self, shape: type[A], path: str, body: Body) -> A:
        answer = self._transport.request("POST", path, body, writes=True, repeatable=False)
        return self._read(shape, answer)

    def _read(self, shape: type[M], answer: Response) -> M:
        try:
            return shape.model_validate_json(answer.content)
        except pydantic.ValidationError:
            raise RequestError(answer.status_code, f"{self.url} {_unlike_prefect(answer)}") from None

    def _write(self, method: Literal["PATCH"], path: str, body: Body) -> None:
        self._transport.request(method, path, body, writes=True, repeatable=True)

    def _delete(self, path: str) -> None:
        try:
            self._transport.request("DELETE", path, writes=True, repeatable=True)
        except NotFoundError:
            return

    def _forget(self, deployment_id: str) -> None:
        with self._listing:
            if self._deployments is not None:
                self._deployments.pop(deployment_id, None)

    def _forget_pool(self, name: str) -> None:
        with self._listing:
            if self._work_pools is not None:
                self._work_pools.pop(name, None)

    def _forget_variables(self) -> None:
        with self._listing:
            self._variables = None


class _Count(pydantic.RootModel[int]):
    """How many."""


class _Many(pydantic.RootModel[list[dict[str, pydantic.JsonValue]]]):
    """One page."""


def _unlike_prefect(answer: Response) -> str:
    if origin.is_cut(answer):
        return (
            f"answered {len(answer.content)} bytes, and the answer is cut off there. Run it again; if it stays so, "
            "a proxy before the server limits the length of answers."
        )
    return "does not answer as Prefect's API does. End api_url in /api, or in Cloud's workspace path."


def _quoted(name: str) -> str:
    return urllib.parse.quote(name, safe="")
