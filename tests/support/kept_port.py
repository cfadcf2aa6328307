"""A port that is kept for one program of a test: the kernel gives it to nobody else, before it is listened at or after.

Whoever only looks for a free port and lets it go again may find it taken when it is needed, by any other process.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


def keep_port() -> socket.socket:
    """Return a socket that holds a port of this machine; who sets SO_REUSEADDR, as servers do, may listen there."""
    keeper = socket.socket()
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeper.bind(("127.0.0.1", 0))
    return keeper


@contextmanager
def kept_port() -> Iterator[int]:
    """Hold a port as long as the block lasts; nobody listens there yet."""
    with keep_port() as keeper:
        yield int(keeper.getsockname()[1])
