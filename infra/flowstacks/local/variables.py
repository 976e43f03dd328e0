"""The variables of a shell on the embedded default: what is dropped, and what is set instead. Pure."""

import os
import urllib.parse
from collections.abc import Mapping
from pathlib import Path

from flowstacks.core import urls
from flowstacks.local.errors import LocalError
from flowstacks.local.places import Places

DROPPED_PREFIXES = ("PREFECT_", "AWS_", "PULUMI_")
"""An inherited variable of these could point at production, or carry its credentials."""

DROPPED = ("FLOWSTACKS_COMMIT", "FLOWSTACKS_SERVER", "FLOWSTACKS_REGISTRY")
REGISTRY = "FLOWSTACKS_REGISTRY"
"""Read by the program: a registry without login that stands for the one of AWS."""

COMMIT = "FLOWSTACKS_COMMIT"
"""Read by the program: `worktree` overrides the pin (refused off loopback)."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def without_inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` without what could lead beyond this machine."""
    return {
        name: value for name, value in environ.items() if not name.startswith(DROPPED_PREFIXES) and name not in DROPPED
    }


def path_entries(places: Places) -> list[str]:
    """Our `pulumi` and `uv` first, then the environment's `python` (the language host takes it from PATH)."""
    return [str(places.bin), str(places.venv / "bin"), str(places.engine)]


QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "DO_NOT_TRACK": "1",
    "PULUMI_SKIP_UPDATE_CHECK": "1",
}
"""Nothing is reported to anybody. Names: prefect 3.9.1, `settings/models/server/{root,ui}.py`, `…/cloud.py`,
`_internal/analytics/enabled.py` (`DO_NOT_TRACK`); pulumi 3.258.0, `sdk/go/common/env/env.go`."""


def prefect(home: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """What every Prefect process of ours gets; `home` is `PREFECT_HOME`, apart from the user's own profiles."""
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        **QUIET,
        # A proxy of the user's network must not be asked for loopback addresses; programs read either spelling.
        "NO_PROXY": _no_proxy(environ),
        "no_proxy": _no_proxy(environ),
    }


def _no_proxy(environ: Mapping[str, str]) -> str:
    inherited = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    hosts = [host for host in inherited.split(",") if host and host not in _LOOPBACK]
    return ",".join([*_LOOPBACK, *hosts])


def backend_url(places: Places) -> str:
    """`file://` with %, # and ? escaped: gocloud's file bucket parses it as a URL (pulumi 3.258.0)."""
    return "file://" + urllib.parse.quote(str(places.state))


def shell(places: Places, environ: Mapping[str, str], *, api_url: str, passphrase: str) -> dict[str, str]:
    """Everything that `.local/env` exports, PATH aside."""
    return {
        **prefect(places.prefect_home, environ),
        "PREFECT_API_URL": loopback(api_url),
        "PULUMI_BACKEND_URL": backend_url(places),
        "PULUMI_CONFIG_PASSPHRASE": passphrase,
        "PULUMI_HOME": str(places.pulumi_home),
        "VIRTUAL_ENV": str(places.venv),
        # The output `deployments` holds all of them: the engine would repeat every one that did not change.
        "PULUMI_OPTION_SUPPRESS_OUTPUTS": "true",
    }


def aws(url: str, *, region: str, registry_url: str | None) -> dict[str, str]:
    """What leads every AWS SDK to the emulator, and nowhere else.

    `region` is a default, for the program names its own: empty where no stack has one. `registry_url` is None where
    there is none.
    """
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
        # The user's own profile may hold what goes against an endpoint of ours: `use_fips_endpoint`, `ca_bundle`.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **({"AWS_REGION": region, "AWS_DEFAULT_REGION": region} if region else {}),
        **({REGISTRY: registry_url} if registry_url else {}),
    }


def loopback(api_url: str) -> str:
    """`api_url` itself. Raises `LocalError` where it is another machine's."""
    if not urls.is_loopback(api_url):
        raise LocalError(
            f"{api_url} is not on this machine, and make targets answer yes for you only on loopback. "
            "Run `pulumi up` yourself"
        )
    return api_url


def applied(places: Places, environ: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child process: inherited ones dropped, `values` set, our folders first on PATH."""
    child = without_inherited(environ) | dict(values)
    entries = [entry for entry in environ.get("PATH", "").split(":") if entry not in path_entries(places)]
    child["PATH"] = ":".join([*path_entries(places), *entries])
    return child
