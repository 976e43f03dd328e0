import contextlib
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flowstacks.local.servers import aws_emulator
from flowstacks.local.servers.aws_emulator import Journaled

OPERATIONS = {
    "AmazonEC2ContainerServiceV20141113.DescribeTasks": False,
    "secretsmanager.GetSecretValue": False,
    "secretsmanager.CreateSecret": True,
    "AmazonEC2ContainerServiceV20141113.RunTask": True,
    "X.Listen": True,
}


def _request(target: str = "", body: bytes = b"", path: str = "/") -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST", "PATH_INFO": path, "HTTP_X_AMZ_TARGET": target, "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }  # fmt: skip


class Remembering:
    """An application whose content is what it was asked and with which seed."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, bytes]] = []
        self.seed = ""

    def seeded(self, seed: str) -> None:
        self.seed = seed

    def __call__(self, environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        self.seen.append((self.seed, environ["wsgi.input"].read()))
        return [b"done"]


def _ignore(*_: object) -> None:
    return None


@contextlib.contextmanager
def _journaled(path: Path) -> Iterator[tuple[Remembering, Journaled]]:
    content = Remembering()
    with contextlib.closing(Journaled(content, content.seeded, path)) as app:
        yield content, app


@pytest.mark.parametrize(("target", "expected"), OPERATIONS.items())
def test_what_changes_something(target: str, *, expected: bool) -> None:
    assert aws_emulator.is_change(_request(target), b"") is expected


def test_the_query_protocol_names_its_operation_in_the_form() -> None:
    assert not aws_emulator.is_change(_request(), b"Action=GetRole&RoleName=x")
    assert aws_emulator.is_change(_request(), b"Action=CreateRole&RoleName=x")


def test_every_question_to_ec2_is_written_down() -> None:
    signature = "AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/{}/aws4_request, SignedHeaders=host"
    asked = {name: {**_request(), "HTTP_AUTHORIZATION": signature.format(name)} for name in ("ec2", "iam")}
    assert aws_emulator.is_change(asked["ec2"], b"Action=DescribeVpcs")
    assert not aws_emulator.is_change(asked["iam"], b"Action=GetRole")


def test_changes_are_played_back_with_the_same_seeds(tmp_path: Path) -> None:
    with _journaled(tmp_path / "journal") as (first, app):
        for body in (b"one", b"\xff\x00"):
            assert list(app(_request("X.Create", body), _ignore)) == [b"done"]
        app(_request("X.DescribeTasks", b"read"), _ignore)
    with _journaled(tmp_path / "journal") as (second, _):
        assert second.seen == first.seen[:2] == [("request 1", b"one"), ("request 2", b"\xff\x00")]
    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o600


def test_half_a_line_is_cut_off(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with _journaled(journal) as (_, app):
        app(_request("X.Create", b"one"), _ignore)
    whole = journal.read_text(encoding="utf-8")
    journal.write_text(whole + whole[:20], encoding="utf-8")
    with _journaled(journal) as (_, app):
        app(_request("X.Create", b"two"), _ignore)
    with _journaled(journal) as (third, _):
        assert [body for _, body in third.seen] == [b"one", b"two"]


def test_it_says_whose_it_is(tmp_path: Path) -> None:
    with _journaled(tmp_path / "journal") as (_, app):
        assert list(app(_request(path=aws_emulator.READY), _ignore)) == [str(tmp_path / "journal").encode()]
