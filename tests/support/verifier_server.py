"""An adapter of the conformance kit as somebody else would write it: a verifier on the wire, by Python's own server."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.verifier import LIFE_MS, MOST_WRONG, PURPOSES, SUITE, TRIES, Verifier

#: What an answer is: a status and the members of its JSON.
Answer = tuple[int, Any]
Route = Callable[[Mapping[str, Any]], Answer]


def abilities(*, answers_itself: bool = False) -> dict[str, Any]:
    """Return what the adapter says of its verifier."""
    told: dict[str, Any] = {
        "contract": "authsim-conformance/1",
        "name": "another house",
        "abilities": ["clock", "renew", "revoke", "sessions"],
        "life_ms": LIFE_MS,
        "tries": TRIES,
        "most_wrong": MOST_WRONG,
        "purposes": list(PURPOSES),
        "begins": list(PURPOSES),
    }
    if answers_itself:
        told["abilities"].append("respond")
        return told
    return told | {"suite": SUITE, "inputs": {name: session.hex() for name, session in PURPOSES.items()}}


def routes_of(verifier: Verifier, *, answers_itself: bool = False) -> dict[str, Route]:
    """Return the routes of the contract for one verifier."""

    def begin(asked: Mapping[str, Any]) -> Answer:
        begun = verifier.begin(asked["user"], asked["session"], asked["purpose"])
        return (200, {"refused": "locked"}) if begun is None else (201, {"login": begun[0], "challenge": begun[1]})

    def answer(asked: Mapping[str, Any]) -> Answer:
        accepted, why = verifier.answer(asked["login"], asked["user"], asked["session"], asked["response"])
        return 200, {"accepted": accepted, "why": why}

    def add(asked: Mapping[str, Any]) -> Answer:
        key = verifier.add_user(asked["name"])
        return 201, {} if answers_itself else {"key": key}

    def done(act: Callable[[Mapping[str, Any]], None]) -> Route:
        def route(asked: Mapping[str, Any]) -> Answer:
            act(asked)
            return 204, None

        return route

    return {
        "GET abilities": lambda _: (200, abilities(answers_itself=answers_itself)),
        "POST reset": done(lambda _: verifier.reset()),
        "POST users": add,
        "POST logins": begin,
        "POST challenges": lambda asked: (200, {"challenge": verifier.renew(asked["login"])}),
        "POST respond": lambda asked: (
            200,
            {"response": verifier.respond(asked["user"], asked["challenge"], asked["purpose"])},
        ),
        "POST answers": answer,
        "POST clock": done(lambda asked: verifier.advance(asked["advance_ms"])),
        "POST revocations": done(lambda asked: verifier.revoke(asked["user"])),
    }


@contextmanager
def serve(routes: Mapping[str, Route], *, base: str = "/verifier") -> Iterator[str]:
    """Serve routes on a free port of loopback; yield the address of the base."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer is one packet

        def do_GET(self) -> None:
            self._serve("GET", {})

        def do_POST(self) -> None:
            self._serve("POST", json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}"))

        def _serve(self, method: str, asked: Mapping[str, Any]) -> None:
            route = routes.get(f"{method} {self.path.removeprefix(base + '/')}")
            status, members = (404, {}) if route is None else route(asked)
            body = members if isinstance(members, bytes) else b"" if members is None else json.dumps(members).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "http://127.0.0.1:9/")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the server gives it
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 64  # many come at once

    with Server(("127.0.0.1", 0), Handler) as server:
        hand = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        hand.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{base}"
        finally:
            server.shutdown()
            hand.join()


@contextmanager
def serve_verifier(*defects: str, answers_itself: bool = False) -> Iterator[str]:
    """Serve a verifier with these defects; yield the address of its adapter."""
    with serve(routes_of(Verifier(*defects), answers_itself=answers_itself), base="/verifier") as address:
        yield address
