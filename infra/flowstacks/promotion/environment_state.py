"""What an environment's last `up` deployed, and how its flow runs ended: from the stack's outputs and the server."""

import dataclasses
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from flowstacks.desired.objects import Desired
from flowstacks.evaluation import servers
from flowstacks.promotion import hold_overrides
from flowstacks.provider.prefect.flow_runs import FlowRunAnswer, FlowRuns
from flowstacks.pulumi_cli import command
from flowstacks.stack.config import Config

COMPLETED = "COMPLETED"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Content:
    """What runs at an address: an effective commit, and on `ecs` an image; `digest` is None where none is pinned."""

    commit: str
    digest: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class EnvironmentState:
    """Everything by address."""

    pinned: Mapping[str, Content]
    """What the stack file pins."""
    deployed: Mapping[str, Content]
    """What the last `up` deployed."""
    versions: Mapping[str, str]
    """Of the deployments as pinned."""
    runs: Mapping[str, FlowRunAnswer]
    """The flow run that ended last."""

    def not_applied(self, moved: Collection[str], deleted: Collection[str]) -> list[str]:
        """Of the addresses that a promotion moves and deletes, those where the last `up` deployed other content."""
        stale = {address for address in moved if not self._is_applied(address)}
        return sorted(stale | (set(deleted) & self.deployed.keys() - self.pinned.keys()))

    def _is_applied(self, address: str) -> bool:
        pinned, deployed = self.pinned.get(address), self.deployed.get(address)
        if pinned is None or deployed is None:
            return pinned == deployed
        return pinned.commit == deployed.commit and pinned.digest in {None, deployed.digest}

    def not_green(self, addresses: Collection[str]) -> dict[str, str]:
        """By address, why its last run is no proof that it works; an address that has succeeded is left out."""
        reasons = {address: self._reason(address) for address in addresses}
        return {address: reason for address, reason in reasons.items() if reason}

    def _reason(self, address: str) -> str | None:
        run, version = self.runs.get(address), self.versions.get(address)
        if run is None:
            return "has never run to an end there"
        if run.state_type != COMPLETED:
            return f"its last run there, {run.name}, ended {run.state_type}"
        if run.deployment_version != version:
            return f"has not run at version {version} there yet; its last run was of {run.deployment_version}"
        return None


def ask(root: Path, source: Config, desired: Desired, addresses: Collection[str]) -> EnvironmentState:
    """`desired`: what `source` is pinned to; flow runs are asked for at `addresses` only.

    Raises `FlowstacksError` where the state can't be read, `ServerError` where the server does not answer.
    """
    outputs = _outputs(root, source.environment)
    ids = {address: str(deployment["id"]) for address, deployment in outputs.items()}
    with servers.asking(source, root) as client:
        flow_runs = {address: FlowRuns.of(client).last(ids[address]) for address in sorted(ids.keys() & set(addresses))}
    digests = {address: image.digest for address, image in hold_overrides.image_of(desired).items()}
    return EnvironmentState(
        pinned={
            deployment.address: Content(commit=deployment.project.commit, digest=digests.get(deployment.address))
            for deployment in desired.deployments
        },
        deployed={address: _deployed(deployment) for address, deployment in outputs.items()},
        versions={deployment.address: str(deployment.props["version"]) for deployment in desired.deployments},
        runs={address: run for address, run in flow_runs.items() if run},
    )


def _deployed(output: Mapping[str, Any]) -> Content:
    _, _, digest = str(output["image"] or "").partition("@")
    return Content(commit=str(output["commit"]), digest=digest or None)


def _outputs(root: Path, stack: str) -> Mapping[str, Mapping[str, Any]]:
    document = command.json_output(
        root,
        ["stack", "output", "--json", "-s", stack],
        failure=f"{stack}'s outputs can't be read",
        remedy=f"Run `pulumi up -s {stack}` first",
    )
    return document.get("deployments", {})
