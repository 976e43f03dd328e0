"""What the contract needs to know of each kind: an example, an edit of each property, and the same edit by hand.

A kind without an entry in `EXAMPLES` fails the contract.
"""

import dataclasses
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from flowstacks.provider import canonical

Props = dict[str, Any]

OWNER = "flowstacks/contract"
TEMPLATE: Props = {
    "job_configuration": {"command": "{{ command }}", "env": "{{ env }}", "cpu": "{{ cpu }}"},
    "variables": {
        "type": "object",
        "properties": {
            "command": {"type": "string", "default": "prefect flow-run execute"},
            "env": {"type": "object", "additionalProperties": {"type": "string"}},
            "cpu": {"type": "integer"},
        },
    },
}
OTHER_TEMPLATE: Props = {**TEMPLATE, "job_configuration": {"command": "{{ command }}"}}


class Server:
    """The server as a person at the keyboard has it: no rules, no marks."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=60)

    def send(self, method: str, path: str, body: object = None) -> Any:
        more: Props = {} if body is None else {"json": body}
        answer = self.http.request(method, path, **more)
        for _ in range(20):
            # SQLite is locked now and then by the server's own loops.
            if answer.status_code != 503:
                break
            time.sleep(0.2)
            answer = self.http.request(method, path, **more)
        assert answer.status_code < 300, (method, path, answer.status_code, answer.text[:300])
        return answer.json() if answer.content else None

    def exists(self, path: str) -> bool:
        return self.http.get(path).status_code == 200

    def work_pool(self, name: str) -> str:
        found = self.http.get(f"/work_pools/{name}")
        if found.status_code == 200:
            return found.json()["id"]
        body = {"name": name, "type": "process", "base_job_template": TEMPLATE}
        return self.send("POST", "/work_pools/", body)["id"]

    def queue(self, pool: str, name: str) -> None:
        if not self.exists(f"/work_pools/{pool}/queues/{name}"):
            self.send("POST", f"/work_pools/{pool}/queues", {"name": name})

    def deployment(self, flow: str, name: str, **fields: object) -> str:
        flow_id = self.send("POST", "/flows/", {"name": flow})["id"]
        return self.send("POST", "/deployments/", {"name": name, "flow_id": flow_id, **fields})["id"]


@dataclasses.dataclass(frozen=True)
class Edit:
    """`props` replace those of the example; `by_hand`: the body of a PATCH that does the same, None where none can."""

    name: str
    props: Mapping[str, Any]
    by_hand: Mapping[str, Any] | None


@dataclasses.dataclass(frozen=True)
class Example:
    props: Callable[[Server], Props]
    edits: tuple[Edit, ...]
    path: Callable[[str, Props], str]
    """Where a person would PATCH or GET it; arguments: id, props."""
    foreign: Callable[[Server, Props], str]
    """Make the same object as somebody else would; its id."""
    creates: str
    """Path of the POST that makes it."""


def unique(what: str) -> str:
    return f"{what}-{uuid.uuid4().hex[:8]}"


def _edit(name: str, value: object, by_hand: object = None) -> Edit:
    return Edit(name, {name: value}, {name: value if by_hand is None else by_hand})


def _work_pool(_: Server) -> Props:
    return {
        "owner": OWNER,
        "name": unique("pool"),
        "type": "process",
        "description": "of the contract",
        "base_job_template": canonical.dumps(TEMPLATE),
        "concurrency_limit": 3,
        "is_paused": None,
    }


def _foreign_pool(server: Server, props: Props) -> str:
    return server.send(
        "POST",
        "/work_pools/",
        {
            "name": props["name"],
            "type": props["type"],
            "description": props["description"],
            "base_job_template": canonical.loads(props["base_job_template"]),
            "concurrency_limit": props["concurrency_limit"],
        },
    )["id"]


def deployment(server: Server, **changes: object) -> Props:
    pool = server.work_pool("contract")
    server.work_pool("contract-2")
    server.queue("contract", "fast")
    flow = unique("flow")
    return {
        "owner": OWNER,
        "name": "daily",
        "flow_name": flow,
        "entrypoint": "flows/etl/flow.py:etl",
        "path": None,
        "work_pool_name": "contract",
        "work_pool_id": pool,
        "work_queue_name": None,
        "parameters": '{"big":9007199254740993,"days":7,"none":null,"ratio":1.0}',
        "parameter_openapi_schema": "{}",
        "enforce_parameter_schema": False,
        "description": "Ærlig «talt»",
        "tags": ["b", "a"],
        "version": "1.2.0",
        "paused": None,
        "pull_steps": '[{"prefect.deployments.steps.git_clone":{"repository":"https://git.test/x.git"}}]',
        "job_variables": {"env": {"A": "1"}, "cpu": 256},
        "schedules": [
            {"slug": "nightly", "cron": "0 4 * * *", "timezone": "Europe/Oslo", "active": True},
            {"slug": "noon", "cron": "0 12 * * *", "timezone": "UTC", "active": None},
        ],
        **changes,
    }


def _schedules(*cron: str) -> list[Props]:
    return [
        {"slug": slug, "cron": each, "timezone": "Europe/Oslo", "active": True}
        for slug, each in zip(("nightly", "noon", "third"), cron, strict=False)
    ]


def _by_hand(*cron: str) -> list[Props]:
    return [
        {"slug": each["slug"], "schedule": {"cron": each["cron"], "timezone": each["timezone"]}, "active": True}
        for each in _schedules(*cron)
    ]


_SCHEMA: Props = {"type": "object", "properties": {"days": {"type": "integer"}}}

EXAMPLES = {
    "WorkPool": Example(
        props=_work_pool,
        edits=(
            _edit("description", "edited"),
            Edit("description to null", {"description": None}, {"description": None}),
            _edit("base_job_template", canonical.dumps(OTHER_TEMPLATE), OTHER_TEMPLATE),
            _edit("concurrency_limit", 5),
            Edit("concurrency_limit to null", {"concurrency_limit": None}, {"concurrency_limit": None}),
            Edit("is_paused", {"is_paused": True}, None),
        ),
        path=lambda _, props: f"/work_pools/{props['name']}",
        foreign=_foreign_pool,
        creates="/work_pools/",
    ),
    "Deployment": Example(
        props=deployment,
        edits=(
            _edit("entrypoint", "flows/etl/flow.py:other"),
            _edit("path", "/srv"),
            Edit("work_pool_name", {"work_pool_name": "contract-2"}, {"work_pool_name": "contract-2"}),
            Edit(
                "work_queue_name",
                {"work_queue_name": "fast"},
                {"work_pool_name": "contract", "work_queue_name": "fast"},
            ),
            _edit("parameters", '{"days":8}', {"days": 8}),
            _edit("parameter_openapi_schema", canonical.dumps(_SCHEMA), _SCHEMA),
            Edit("enforce_parameter_schema", {"enforce_parameter_schema": True}, {"enforce_parameter_schema": True}),
            _edit("description", "edited"),
            Edit("description to null", {"description": None}, {"description": None}),
            _edit("tags", ["c"]),
            Edit("no tags", {"tags": []}, {"tags": []}),
            _edit("version", "1.3.0"),
            Edit("paused", {"paused": True}, None),
            _edit("pull_steps", "[]", []),
            _edit("job_variables", {"env": {"A": "2", "B": "3"}, "cpu": 512}),
            Edit("no job_variables", {"job_variables": {}}, {"job_variables": {}}),
            Edit(
                "schedule edited",
                {"schedules": _schedules("1 4 * * *", "0 12 * * *")},
                {"schedules": _by_hand("9 9 * * *")},
            ),
            Edit(
                "schedule added",
                {"schedules": _schedules("0 4 * * *", "0 12 * * *", "0 9 * * *")},
                {"schedules": _by_hand("0 4 * * *", "0 12 * * *", "0 9 * * *")},
            ),
            Edit("schedule removed", {"schedules": _schedules("0 4 * * *")}, None),
            Edit("no schedules", {"schedules": []}, None),
        ),
        path=lambda id_, _: f"/deployments/{id_}",
        foreign=lambda server, props: server.deployment(props["flow_name"], props["name"]),
        creates="/deployments/",
    ),
}
