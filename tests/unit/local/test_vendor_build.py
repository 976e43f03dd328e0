"""The vendor's archive, served on loopback."""

import http.server
import io
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowstacks.local.engine import tools, vendor_build
from flowstacks.local.errors import LocalError


def _archive(names: tuple[str, ...]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name in names:
            member = tarfile.TarInfo(f"pulumi/{name}")
            member.size = len(name)
            tar.addfile(member, io.BytesIO(name.encode()))
    return out.getvalue()


ARCHIVES = {"/whole": _archive((*tools.ALL, "pulumi-language-go")), "/part": _archive(tools.ALL[:2])}


class _Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = ARCHIVES.get(self.path)
        self.send_response(200 if body else 404)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_four_tools_are_unpacked_executable(site: str, tmp_path: Path) -> None:
    vendor_build.into(tmp_path, f"{site}/whole")
    assert {path.name for path in tmp_path.iterdir()} == set(tools.ALL)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o755}


def test_an_archive_that_lacks_one_is_refused(site: str, tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="lacks one of"):
        vendor_build.into(tmp_path, f"{site}/part")


def test_an_absent_version_and_a_silent_site_are_one_line(site: str, tmp_path: Path) -> None:
    for address, why in ((f"{site}/none", "404|Not Found"), ("http://127.0.0.1:1/x", "refused")):
        with pytest.raises(LocalError, match=why) as refused:
            vendor_build.into(tmp_path, address)
        assert "\n" not in str(refused.value)


def test_the_address_names_version_and_machine() -> None:
    address = vendor_build.url("v3.258.0")
    assert address is None or address.startswith("https://get.pulumi.com/releases/sdk/pulumi-v3.258.0-")
