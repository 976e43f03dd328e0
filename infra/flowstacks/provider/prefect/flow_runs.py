"""Flow runs: `prefect/server/api/flow_runs.py`, Prefect 3.9.1."""

from collections.abc import Sequence

import pydantic

from flowstacks.provider.model import Answer
from flowstacks.provider.prefect.noun import Noun, batches

_AUTO_SCHEDULED = "auto-scheduled"
"""Prefect's tag on the runs that a schedule made (`prefect/server/models/deployments.py`, 3.9.1)."""

_FINAL_STATES = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


class FlowRunAnswer(Answer):
    """A flow run that has ended; `deployment_version` is the deployment's when the run was made."""

    name: str
    state_type: str
    deployment_version: str | None = None


class FlowRuns(Noun):
    """Read, never written."""

    def waiting(self, deployment_ids: Sequence[str], *, only_of_schedules: bool) -> int:
        """How many runs of these deployments are scheduled and not begun; those that schedules made, or all."""
        tags = {"tags": {"all_": [_AUTO_SCHEDULED]}} if only_of_schedules else {}
        runs = {"state": {"type": {"any_": ["SCHEDULED"]}}, **tags}
        bodies = [{"flow_runs": runs, "deployments": {"id": {"any_": ids}}} for ids in batches(deployment_ids)]
        return sum(self.api.query(_Count, "/flow_runs/count", body).root for body in bodies)

    def last(self, deployment_id: str) -> FlowRunAnswer | None:
        """The run that ended last, None where none has."""
        body = {
            "deployments": {"id": {"any_": [deployment_id]}},
            "flow_runs": {"state": {"type": {"any_": list(_FINAL_STATES)}}},
            "sort": "END_TIME_DESC",
            "limit": 1,
        }
        runs = self.api.query(_FlowRuns, "/flow_runs/filter", body).root
        return runs[0] if runs else None


class _Count(pydantic.RootModel[int]):
    """Of runs."""


class _FlowRuns(pydantic.RootModel[list[FlowRunAnswer]]):
    """One page."""
