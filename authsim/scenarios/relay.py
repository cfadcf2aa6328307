"""A relay before our own portal that can lose one reply: the network of a bad day, on loopback only."""

import socket
import threading
from contextlib import closing, suppress
from types import TracebackType
from typing import Final, Self, final

_CHUNK: Final = 65_536
_SECONDS: Final = 30


@final
class Relay:
    """Listens on a free loopback port and passes everything on to `target`, a port of this machine."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._target = 0
        self._armed = b""
        self._lock = threading.Lock()
        self.lost = 0

    @property
    def address(self) -> str:
        """Where browsers and phones reach the portal through us."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def lead_to(self, port: int) -> None:
        """Pass everything on to this loopback port from now on."""
        self._target = port
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_reply_to(self, request: bytes) -> None:
        """Deliver the next request that begins with `request`, and lose what is answered."""
        with self._lock:
            self._armed = request

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with closing(client), suppress(OSError):
            client.settimeout(_SECONDS)
            first = client.recv(_CHUNK)
            if not first:
                return
            with closing(socket.create_connection(("127.0.0.1", self._target), timeout=_SECONDS)) as portal:
                portal.sendall(first)
                threading.Thread(target=_pump, args=(client, portal), daemon=True).start()
                if self._is_to_be_lost(first):
                    portal.recv(_CHUNK)  # the portal has answered: it was done there
                    self.lost += 1
                    client.shutdown(socket.SHUT_RDWR)  # a thread still reads from it: closing alone would say nothing
                    return
                _pump(portal, client)

    def _is_to_be_lost(self, first: bytes) -> bool:
        with self._lock:
            is_lost = bool(self._armed) and first.startswith(self._armed)
            if is_lost:
                self._armed = b""
            return is_lost


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Pass bytes on until one side ends."""
    with suppress(OSError):
        while chunk := source.recv(_CHUNK):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
