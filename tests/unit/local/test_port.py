import socket

from flowstacks.local.servers import port


def _occupied() -> socket.socket:
    server = socket.socket()
    server.bind((port.HOST, 0))
    server.listen()
    return server


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with _occupied() as server:
        number = server.getsockname()[1]
        assert not port.is_free(number)
    assert port.is_free(number)


def test_the_last_port_is_kept_where_it_is_free() -> None:
    wanted = port.free()
    assert port.choose(wanted, port.free()) == wanted


def test_a_taken_port_gives_way_to_the_next_and_then_to_any() -> None:
    with _occupied() as first, _occupied() as second:
        taken = [first.getsockname()[1], second.getsockname()[1]]
        usual = port.free()
        assert port.choose(taken[0], usual) == usual
        assert port.choose(None, *taken) not in taken
