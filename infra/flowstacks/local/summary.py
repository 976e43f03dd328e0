"""What `make up` says last: what is where, and what to do next. Pure but for the count of commits."""

from collections.abc import Mapping
from typing import Any, cast

from flowstacks.local import variables
from flowstacks.local.places import Places
from flowstacks.local.state import pin_notice
from flowstacks.runtimes.registry import RUNTIMES


def text(places: Places, stack: str, config: Mapping[str, Any], values: Mapping[str, str], *, is_pinned: bool) -> str:
    """`config` as written in the stack file, `values` what `.local/env` exports.

    `is_pinned`: the flows are those of the pin, not of the working tree.
    """
    api_url = values["PREFECT_API_URL"]
    is_ecs = RUNTIMES[config["flowstacks:runtime"]].needs_aws
    then = "" if is_ecs else " · flowstacks run ADDRESS --wait"
    rows = [
        ("UI", api_url.removesuffix("/api")),
        ("API", api_url),
        *(_aws(stack, config, values) if is_ecs else []),
        ("logs", str(places.logs)),
        ("state", str(places.state)),
        ("shell", f". .local/env    then: pulumi preview -s {stack}{then}"),
        ("outputs", f"pulumi stack output -s {stack}"),
        ("stop", "make down"),
    ]
    commit = _release(config).get("commit")
    behind = pin_notice.notice(places.root, commit, is_editable=not is_ecs) if is_pinned else None
    if behind:
        rows.append(("pin", behind))
    return "\n".join(["", f"{stack} is up.", *(f"  {name:<8} {value}" for name, value in rows)])


def _aws(stack: str, config: Mapping[str, Any], values: Mapping[str, str]) -> list[tuple[str, str]]:
    rows = [
        ("AWS", f"{values['AWS_ENDPOINT_URL']} (emulator)"),
        ("images", values.get(variables.REGISTRY) or "none: no registry is installed, see above"),
        ("runs", "none: on this machine flows of runtime ecs are provisioned, not run"),
    ]
    if not _release(config):
        fill = f"flowstacks build {stack} --empty-base, then flowstacks promote dev {stack}"
        rows.append(("release", f"none, so there are no deployments. To try it: {fill}"))
    return rows


def _release(config: Mapping[str, Any]) -> Mapping[str, Any]:
    release = config.get("flowstacks:release")
    return cast("Mapping[str, Any]", release) if isinstance(release, Mapping) else {}
