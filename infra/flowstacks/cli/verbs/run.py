"""`flowstacks run ADDRESS`: start one deployment, and wait for it if asked."""

import argparse
import json
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
from prefect.client.schemas.objects import FlowRun, Log
from prefect.client.schemas.sorting import LogSort
from prefect.exceptions import ObjectNotFound

from flowstacks.cli import stack
from flowstacks.core import naming, suggestion, urls
from flowstacks.core.errors import FlowstacksError, ServerError
from flowstacks.desired.objects import DesiredDeployment
from flowstacks.evaluation import evaluation
from flowstacks.stack import server
from flowstacks.stack.config import Config

_POLL_S = 1.0
_LOG_LINES = 20
"""Of the API's at most 200 (prefect 3.8.8, `PREFECT_SERVER_API_DEFAULT_LIMIT`)."""

_LOG_BATCH_S = 2.5
"""A run sends its lines every 2 s, the last ones after its end (prefect 3.8.8, `settings/models/logging.py`)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Address, stack, `--wait`, `--timeout`, `--param`."""
    parser.add_argument("address", help="project/flow/deployment; a prefix will do where only one fits")
    stack.add_argument(parser)
    parser.add_argument("--wait", action="store_true", help="wait for the run's end; exit code 0 only when Completed")
    parser.add_argument("--timeout", type=float, default=600.0, metavar="SECONDS", help="how long to wait (600)")
    parser.add_argument("--param", action="append", default=[], metavar="NAME=JSON", help="override a parameter")


def execute(arguments: argparse.Namespace) -> int:
    """Exit code 1 where the run fails or does not end in time."""
    root = Path.cwd()
    verdict = evaluation.run(root, stack.project(root), arguments.stack)
    deployment = _only(arguments.address, verdict.desired.deployments)
    parameters = dict(map(_parameter, arguments.param))
    try:
        with _client(verdict.config) as client:
            started = _start(client, deployment, parameters)
            print(f"{deployment.address}: run {started.name} ({started.id})", flush=True)
            return _wait(client, started.id, arguments.timeout) if arguments.wait else 0
    except httpx.HTTPError as error:
        # Prefect's status errors are httpx's and hold the server's words on lines of their own.
        message = f"{server.api_url(verdict.config)}: {' '.join(str(error).split())}"
        remedy = "Check the parameters, and that the server is up"
        raise ServerError(f"{urls.without_login(message)}. {remedy}") from error


def _client(settings: Config) -> SyncPrefectClient:
    """Of the stack's server. Prefect's own `get_client` reads the environment once, when Prefect is imported.

    That is before `. .local/env` was taken over, and without a URL it starts a server of its own (prefect 3.8.8).
    """
    return SyncPrefectClient(
        server.api_url(settings) or "", api_key=server.api_key(settings), auth_string=server.auth_string(settings)
    )


def _only(text: str, deployments: tuple[DesiredDeployment, ...]) -> DesiredDeployment:
    fitting = [
        deployment for deployment in deployments if naming.matches(text, naming.parse_address(deployment.address))
    ]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(deployment.address for deployment in fitting)
    remedy = (
        f"Say which: {names}"
        if fitting
        else suggestion.closest_address(text, [deployment.address for deployment in deployments])
    )
    raise FlowstacksError(f"{len(fitting) or 'no'} deployments fit {text!r}. {remedy}")


def _parameter(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise FlowstacksError(f"--param {text!r} has no value. Write NAME=JSON")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _start(client: SyncPrefectClient, deployment: DesiredDeployment, parameters: dict[str, Any]) -> FlowRun:
    try:
        registered = client.read_deployment_by_name(deployment.resource_name)
    except ObjectNotFound:
        raise FlowstacksError(f"{deployment.resource_name!r} is not on the server. Run `pulumi up` first") from None
    return client.create_flow_run_from_deployment(registered.id, parameters=parameters)


def _wait(client: SyncPrefectClient, run_id: uuid.UUID, timeout_s: float) -> int:
    deadline, shown = time.monotonic() + timeout_s, ""
    while time.monotonic() < deadline:
        state = client.read_flow_run(run_id).state
        if state and state.name != shown:
            shown = state.name or ""
            print(f"  {shown}", flush=True)
        if state and state.is_final():
            if not state.is_completed():
                print(f"  {state.message}")
                _print_log(client, run_id)
            return 0 if state.is_completed() else 1
        time.sleep(_POLL_S)
    print(f"  not finished after {timeout_s:g} s, still {shown}. Is a worker running for its pool?")
    return 1


def _print_log(client: SyncPrefectClient, run_id: uuid.UUID) -> None:
    """The run's last lines, oldest first."""
    time.sleep(_LOG_BATCH_S)
    logs = _last_logs(client, run_id)
    for log in reversed(logs):
        print(f"    {log.message}")
    if not logs:
        print("    it logged nothing")


def _last_logs(client: SyncPrefectClient, run_id: uuid.UUID) -> list[Log]:
    """Newest first.

    `read_logs` of Prefect's client sends null for each field without a value, which servers answer with 422 under
    fastapi 0.151 and newer (prefect 3.8.8, `client/orchestration/_logs/client.py`).
    """
    run_filter = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run_id]))
    body = {
        "logs": run_filter.model_dump(mode="json", exclude_none=True),
        "limit": _LOG_LINES,
        "sort": LogSort.TIMESTAMP_DESC.value,
    }
    return Log.model_validate_list(client.request("POST", "/logs/filter", json=body).json())
