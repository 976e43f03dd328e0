"""What an environment's last `up` left, and how its runs went: read from the stack's outputs and the Prefect server."""

import dataclasses
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from flowstacks.desired.desired_state import Desired
from flowstacks.evaluation import servers
from flowstacks.promotion import hold_overrides
from flowstacks.provider.prefect.flow_runs import FlowRunAnswer, FlowRuns
from flowstacks.pulumi_cli import command
from flowstacks.stack.config import Config

COMPLETED = "COMPLETED"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Content:
    """What an address runs: an effective commit, and on `ecs` an image; `digest` is None where none is pinned."""

    commit: str
    digest: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class EnvironmentState:
    """By address: what is `pinned` and what is `deployed`, pinned `versions`, the `runs` that ended last."""

    pinned: Mapping[str, Content]
    deployed: Mapping[str, Content]
    versions: Mapping[str, str]
    runs: Mapping[str, FlowRunAnswer]

    def behind(self, moving: Collection[str], going: Collection[str]) -> list[str]:
        """Of the addresses that a promotion moves and deletes, those where the last `up` left something else."""
        stale = {address for address in moving if not self._is_applied(address)}
        return sorted(stale | (set(going) & self.deployed.keys() - self.pinned.keys()))

    def _is_applied(self, address: str) -> bool:
        pinned, deployed = self.pinned.get(address), self.deployed.get(address)
        if pinned is None or deployed is None:
            return pinned == deployed
        return pinned.commit == deployed.commit and pinned.digest in {None, deployed.digest}

    def not_green(self, addresses: Collection[str]) -> dict[str, str]:
        """Why the last run of each is no proof; those without a word are fine."""
        found = {address: self._reason(address) for address in addresses}
        return {address: why for address, why in found.items() if why}

    def _reason(self, address: str) -> str | None:
        run, version = self.runs.get(address), self.versions.get(address)
        if run is None:
            return "has never run to an end there"
        if run.state_type != COMPLETED:
            return f"its last run there, {run.name}, ended {run.state_type}"
        if run.deployment_version != version:
            return f"has not run at version {version} there yet; its last run was of {run.deployment_version}"
        return None


def ask(root: Path, source: Config, runs: Desired, addresses: Collection[str]) -> EnvironmentState:
    """`runs`: what `source` is pinned to; runs are asked for at `addresses` only.

    Raises `FlowstacksError` where the state can't be read, `ServerError` where the server does not answer.
    """
    outputs = _outputs(root, source.environment)
    ids = {address: str(one["id"]) for address, one in outputs.items()}
    with servers.asking(source, root) as client:
        last = {address: FlowRuns.of(client).last(ids[address]) for address in sorted(ids.keys() & set(addresses))}
    digests = {address: image.digest for address, image in hold_overrides.image_of(runs).items()}
    return EnvironmentState(
        pinned={
            one.address: Content(commit=one.project.commit, digest=digests.get(one.address)) for one in runs.deployments
        },
        deployed={address: _deployed(one) for address, one in outputs.items()},
        versions={one.address: str(one.props["version"]) for one in runs.deployments},
        runs={address: run for address, run in last.items() if run},
    )


def _deployed(one: Mapping[str, Any]) -> Content:
    _, _, digest = str(one["image"] or "").partition("@")
    return Content(commit=str(one["commit"]), digest=digest or None)


def _outputs(root: Path, stack: str) -> Mapping[str, Mapping[str, Any]]:
    document = command.json_output(
        root,
        ["stack", "output", "--json", "-s", stack],
        failure=f"{stack}'s outputs can't be read",
        remedy=f"Run `pulumi up -s {stack}` first",
    )
    return document.get("deployments", {})
