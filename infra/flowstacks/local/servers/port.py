"""Ports on loopback."""

import socket

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server can listen there now."""
    with socket.socket() as probe:
        # As servers do: a connection of the last run that still waits for its end does not occupy the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free() -> int:
    """A port that was free a moment ago; somebody may still be quicker."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def choose(*preferred: int | None) -> int:
    """The first preferred one that is free, else any."""
    return next((port for port in preferred if port and is_free(port)), None) or free()
