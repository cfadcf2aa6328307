"""Somebody who listens to a stream over a socket, in a thread, and keeps what came."""

import http.client
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from tests.support.child import LONGEST_S, wait_until


class Heard(NamedTuple):
    """One event."""

    sequence: int | None
    event: str
    data: str


class Listener:
    """One stream. `heard` grows; `is_over`: it ended; `is_whole`: it did so in order, with its answer's last chunk."""

    def __init__(self, address: str, path: str, headers: Mapping[str, str]) -> None:
        parts = urlsplit(address)
        self.heard: list[Heard] = []
        self.beats = 0
        self.is_over = False
        self.is_whole = False
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=LONGEST_S)
        self._connection.connect()
        self._socket: socket.socket = self._connection.sock
        self._connection.request("GET", path, headers=dict(headers))
        self._answer = self._connection.getresponse()
        self.status = self._answer.status
        self.headers = dict(self._answer.getheaders())
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        assert self.status == 200, (self.status, self._answer.read())
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hangs_up()

    @property
    def port(self) -> int:
        """Our end of the connection."""
        number: int = self._socket.getsockname()[1]
        return number

    def waits_for(self, count: int) -> list[Heard]:
        """Return what was heard, as soon as it is so many events."""
        wait_until(lambda: len(self.heard) >= count or self.is_over)
        assert len(self.heard) >= count, self.heard
        return list(self.heard)

    def waits_for_the_end(self) -> list[Heard]:
        """Return all that was heard, when the stream is over; it has to end in order."""
        wait_until(lambda: self.is_over)
        assert self.is_whole
        return list(self.heard)

    def hangs_up(self) -> None:
        """Go away, as a phone does that loses its network."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if self._thread.ident is not None:
            self._thread.join(LONGEST_S)
        self._answer.close()
        self._connection.close()

    def _listen(self) -> None:
        fields: dict[str, str] = {}
        try:
            for raw in self._answer:
                line = raw.decode().rstrip("\n")
                if line.startswith(":"):
                    self.beats += 1
                elif line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "event" in fields:
                    number = fields.get("id")
                    self.heard.append(Heard(None if number is None else int(number), fields["event"], fields["data"]))
                    fields = {}
            self.is_whole = self._answer.chunk_left is None  # else it waits for another one that never came
        except (OSError, http.client.HTTPException):
            pass
        self.is_over = True
