"""The AWS plugin for `make up`: the real one where it can be had, else the stand-in."""

import os
import subprocess
import urllib.error
import urllib.request

from flowstacks.local import progress, variables
from flowstacks.local.engine import aws_plugin_script, tools
from flowstacks.local.places import Places

_SITE = "https://get.pulumi.com/releases/plugins/"  # where the engine looks (pulumi 3.258.0)
_CONNECT_TIMEOUT_S = 5.0
_DOWNLOAD_TIMEOUT_S = 600.0  # some 200 MB
_ARGUMENTS = ("plugin", "install", "resource", "aws", aws_plugin_script.VERSION)


def ensure(places: Places) -> str:
    """Which plugin serves from now on, in a line or two.

    Where the stand-in is in use already nothing is downloaded: the user may do that, and the next call finds it.
    """
    tried = (places.bin / aws_plugin_script.NAME).exists()
    if not tried and not aws_plugin_script.real(places, os.environ):
        _download(places)
    if aws_plugin_script.install(places):
        remedy = f". .local/env && pulumi {' '.join(_ARGUMENTS)}, then `make up` again"
        return f"{aws_plugin_script.WHAT_IT_IS}.\n  the real one: {remedy}"
    return f"AWS plugin: {aws_plugin_script.real(places, os.environ)}"


def _download(places: Places) -> None:
    if not _is_in_reach():
        progress.announce(f"AWS plugin: {_SITE} is out of reach")
        return
    home = {"PULUMI_HOME": str(places.pulumi_home), **variables.QUIET}
    command = [str(places.engine / tools.CLI), *_ARGUMENTS, "--non-interactive"]
    environment = variables.applied(places, os.environ, home)
    try:
        with progress.shown(f"AWS plugin {aws_plugin_script.VERSION} downloads"):
            done = subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_DOWNLOAD_TIMEOUT_S,
                check=False,
            )
    except subprocess.TimeoutExpired:
        progress.announce(f"AWS plugin: not there after {_DOWNLOAD_TIMEOUT_S:.0f} s")
        return
    if done.returncode:
        progress.announce(f"AWS plugin: {done.stderr.strip().splitlines()[-1]}")


def _is_in_reach() -> bool:
    """Asked first, for the engine tries five times, and each may wait for a firewall that drops packets."""
    try:
        with urllib.request.urlopen(_SITE, timeout=_CONNECT_TIMEOUT_S):
            return True
    except urllib.error.HTTPError:  # it answers, and has no such page
        return True
    except (urllib.error.URLError, OSError):
        return False
