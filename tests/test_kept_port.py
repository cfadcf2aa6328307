"""A port that a test keeps is the server's that is meant, and nobody else's."""

import socket

import pytest

from tests.support.kept_port import kept_port


def test_a_server_listens_there_and_comes_again() -> None:
    """Who sets SO_REUSEADDR gets the port, also after another server has left it; between the two nobody answers."""
    with kept_port() as port:
        for _ in range(2):
            with socket.socket() as server:
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                server.bind(("127.0.0.1", port))
                server.listen()
                socket.create_connection(("127.0.0.1", port)).close()
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port))


def test_nobody_is_given_it() -> None:
    """Neither a socket that asks for any port nor one that asks for this one without knowing of its keeper gets it."""
    with kept_port() as port, socket.socket() as stranger:
        with pytest.raises(OSError, match="in use"):
            stranger.bind(("127.0.0.1", port))
        stranger.bind(("127.0.0.1", 0))
        assert stranger.getsockname()[1] != port
