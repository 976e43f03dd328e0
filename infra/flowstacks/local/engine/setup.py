"""An engine for this checkout, by the quickest way there is."""

import os
import shutil
from pathlib import Path

from flowstacks.local import places as places_of
from flowstacks.local import progress
from flowstacks.local.engine import path_search, store, tools, vendor_build, version
from flowstacks.local.engine import source_build as compiled
from flowstacks.local.errors import LocalError
from flowstacks.local.places import Places


def ensure(places: Places) -> str:
    """Make `.local/engine` hold the four tools, and `.local/bin/pulumi` our command; returns where they come from.

    A fitting `pulumi` on PATH, else the shared cache, else the vendor's tarball, else a build. Raises `LocalError`
    where none of these works.
    """
    executables = path_search.on_path(os.environ)
    if not executables:
        folder = _kept()
        executables = {name: folder / name for name in tools.ALL}
    _link(places.engine, executables)
    _write_command(places)
    return str(executables[tools.CLI])


def _kept() -> Path:
    folder = places_of.cache(os.environ) / "engine" / store.key(compiled.sources())
    return store.obtain(folder, _make)


def _make(draft: Path) -> None:
    release = version.pinned((tools.MODULES / "cli" / "go.mod").read_text(encoding="utf-8"))
    address = vendor_build.url(release)
    try:
        if address:
            progress.announce(f"engine: no pulumi {version.RANGE}, on PATH; getting {release}")
            vendor_build.into(draft, address)
            return
    except LocalError as unreachable:
        progress.announce(f"engine: {unreachable}; building it from source, once, in about 5 minutes")
        shutil.rmtree(draft)
        draft.mkdir()
    compiled.into(draft)


def _link(folder: Path, executables: dict[str, Path]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, target in executables.items():
        link = folder / name
        if not link.is_symlink() or link.readlink() != target:
            draft = folder / f"{name}.{os.getpid()}"
            draft.symlink_to(target)
            draft.replace(link)


def _write_command(places: Places) -> None:
    # sh, not Python: a `#!` line can't hold a path with a space.
    text = f"""#!/bin/sh
# {path_search.WRAPPER_MARK} (docs/adr/0002)
checkout=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1
exec "$checkout/.venv/bin/python" -P -m flowstacks.local.engine.command "$checkout" "$@"
"""
    path = places.bin / tools.CLI
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    places.bin.mkdir(parents=True, exist_ok=True)
    draft = places.bin / f"{tools.CLI}.{os.getpid()}"
    draft.write_text(text, encoding="utf-8")
    draft.chmod(0o755)
    draft.replace(path)
