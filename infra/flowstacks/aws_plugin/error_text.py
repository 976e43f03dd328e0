"""What the engine shows when something fails: AWS's own words, without the wrapping of the transport."""

import importlib
from collections.abc import Awaitable, Callable
from typing import Any

from flowstacks.aws_plugin.errors import RefusedError

# Neither has types.
_grpc: Any = importlib.import_module("grpc")
_exceptions: Any = importlib.import_module("botocore.exceptions")

Handler = Callable[[Any, Any, Any], Awaitable[Any]]

_HANDLERS = ("CheckConfig", "DiffConfig", "Configure", "Invoke", "Check", "Diff", "Create", "Read", "Update", "Delete")


def install(servicer: type) -> None:
    """Let every handler of pulumi's servicer end a failed request itself.

    Left to grpc, an exception is shown as `Unexpected <class '…'>: …` (grpc 1.x, asyncio server), and the servicer has
    no place for an error's text (pulumi 3.258.0, `provider/experimental/server.py`).
    """
    for name in _HANDLERS:
        setattr(servicer, name, _aborting(getattr(servicer, name)))


def message(failed: Exception) -> str:
    """Of AWS's refusals the code, the message and the operation; of all else what it says."""
    if isinstance(failed, _exceptions.ClientError):
        answer: Any = failed
        error = answer.response["Error"]
        return f"{error['Code']}: {error['Message']} ({answer.operation_name})"
    if isinstance(failed, RefusedError | _exceptions.BotoCoreError):
        return str(failed)
    return f"{type(failed).__name__}: {failed}"


def _aborting(handler: Handler) -> Handler:
    async def handle(servicer: Any, request: Any, context: Any) -> Any:
        try:
            return await handler(servicer, request, context)
        except _grpc.aio.AbortError:
            raise  # the handler has told it
        except Exception as failed:  # noqa: BLE001 - the end of the line: whatever it is, the engine must hear of it
            await context.abort(_grpc.StatusCode.UNKNOWN, message(failed))

    return handle
