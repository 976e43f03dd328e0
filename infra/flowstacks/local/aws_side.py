"""What `ecs` stacks need beside Prefect: an AWS emulator, a registry where one is installed, the AWS plugin."""

from flowstacks.local import progress, variables
from flowstacks.local.engine import aws_plugin
from flowstacks.local.places import Places
from flowstacks.local.servers import aws, record, registry, server


def ensure(places: Places, region: str | None) -> None:
    """Start what does not run, say what is where and what is skipped; all `ecs` stacks share it.

    `region` is that of the stack that comes up. Raises `LocalError` where a server does not start.
    """
    url, started = server.ensure(aws.described(places.aws, places.logs / "aws.log"), places.records)
    progress.announce(f"AWS emulator: {url}{'' if started else ' (was running)'}")
    places.aws_region.write_text(region or "", encoding="utf-8")
    installed = registry.binary()
    if installed:
        described = registry.described(places.registry, places.logs / "registry.log", installed)
        url, started = server.ensure(described, places.records)
        progress.announce(f"registry: {url}{'' if started else ' (was running)'}")
    else:
        progress.announce(registry.MISSING)
    progress.announce(aws_plugin.ensure(places))


def shell(places: Places) -> dict[str, str]:
    """What `.local/env` says of the AWS side: nothing as long as no `ecs` stack has come up.

    A stopped server counts: its next start is at the same port.
    """
    emulator, images = record.load(places.records, aws.NAME), record.load(places.records, registry.NAME)
    if not emulator or not emulator.port:
        return {}
    region = places.aws_region.read_text(encoding="utf-8") if places.aws_region.exists() else ""
    registry_url = registry.url(images.port) if images and images.port and registry.binary() else None
    return variables.aws(aws.url(emulator.port), region=region, registry_url=registry_url)
