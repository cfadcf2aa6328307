"""The way of virtual phones to the portal: its own application, run in this process, without a socket.

Every guard, limit and rule of the device API applies, and faults on the wire too: a phone's request is a request like
any other. It comes from loopback, to the portal's own address.
"""

import contextvars
from collections.abc import Sequence
from typing import Final

from flask import Flask, has_request_context, request
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from authsim.errors import StoreError
from authsim.lab.phones.wire import Answer
from authsim.model import RequestId
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.inbox import Received, list_texts
from authsim.verifier.passwords import find_user
from authsim.verifier.topics import inbox_topic

from ..streams import streams_of
from .door import LABEL_HEADER
from .waiting import wait_for

_AGENT: Final = "authkey"
_LOOPBACK: Final = "127.0.0.1"
#: A text that is late rings nobody when the clock is advanced in another process: so often one looks all the same.
_LOOK_S: Final = 0.1


class OwnPortal:
    """`authsim.lab.phones.wire.Portal` for the portal that `app` serves."""

    def __init__(self, app: Flask, verifier: Verifier) -> None:
        self._app = app
        self._verifier = verifier

    def send(self, method: str, path: str, *, body: bytes | None = None, bearer: Secret | None = None) -> Answer:
        """Run the application on one request. The label of the lab's request that asked for it goes along."""
        headers = {"Accept": "application/json", "User-Agent": _AGENT}
        label = request.headers.get(LABEL_HEADER) if has_request_context() else None
        if label is not None:
            headers[LABEL_HEADER] = label
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer.reveal_text()}"
        builder = EnvironBuilder(
            path,
            method=method,
            base_url=self._origin(),
            data=body,
            headers=Headers(headers),
            content_type=None if body is None else "application/json",
            environ_base={"REMOTE_ADDR": _LOOPBACK},
        )
        try:
            # In a context of its own: Flask would else lend this request what belongs to the one that runs already.
            content, status, answered = contextvars.Context().run(
                run_wsgi_app, self._app, builder.get_environ(), buffered=True
            )
        finally:
            builder.close()
        named = {name.lower(): value for name, value in answered.items()}
        return Answer(status=int(status.partition(" ")[0]), headers=named, body=b"".join(content))

    def knows(self, username: str) -> bool:
        """Say whether there is such a user."""
        return find_user(self._verifier, username) is not None

    def read_number(self, request_id: str) -> str:
        """Return the number that the page of the login shows."""
        push = self._verifier.store.pushes.get(RequestId(request_id))
        return "" if push is None else push.number

    def list_texts(self, username: str, *, after: int = 0) -> Sequence[Received]:
        """Return the texts that came to a user's number after a place."""
        user = find_user(self._verifier, username)
        if user is None or user.phone is None:
            return ()
        return list_texts(self._verifier, user.phone, after=after)

    def wait_for_texts(self, username: str, *, after: int, seconds: float) -> Sequence[Received]:
        """Return the texts after a place as soon as there are any, or none when others need the place."""
        user = find_user(self._verifier, username)
        if user is None or user.phone is None:
            return ()
        number, verifier = user.phone, self._verifier
        return wait_for(
            streams_of(self._app),
            f"lab phones at {number}",
            lambda: list_texts(verifier, number, after=after),
            seconds=seconds,
            every_s=_LOOK_S,
            subscribe=lambda: verifier.bus.subscribe(inbox_topic(number)),
        )

    def _origin(self) -> str:
        origin = self._verifier.instance.origin
        if origin is None:
            raise StoreError("the portal does not know its address yet")
        return origin
