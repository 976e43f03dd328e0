"""Two checkouts whose Prefect servers choose the same port at the same moment."""

from pathlib import Path

from flowstacks.local.servers import port, prefect, process, server


def test_a_server_at_the_same_port_is_not_taken_for_ours(api: str, tmp_path: Path) -> None:
    number = int(api.removesuffix("/api").rpartition(":")[2])
    ours = prefect.described(tmp_path, tmp_path / "log")
    assert not port.is_free(number)
    assert not ours.answers(number)
    plan = server._launch(ours, number)
    assert not process.wait_until(lambda: ours.answers(number), process.start(plan), plan, 120)
