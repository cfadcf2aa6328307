"""A portal that is only what a listening phone needs: sessions, requests, a stream, decisions; told to misbehave.

It judges signatures and counters genuinely with `authsim.protocol` and keeps everything in memory: for what can go
wrong between phone and portal. Whoever wants a portal takes the real one.
"""

import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from select import select
from typing import Final

from authsim.authenticator.device import Account
from authsim.protocol.device_session import (
    NonceReply,
    SessionReply,
    StateReply,
    device_session_transcript,
    device_state_transcript,
    format_nonce_reply,
    format_session_reply,
    format_state_reply,
    parse_session_request,
)
from authsim.protocol.encodings import format_b64u
from authsim.protocol.keys import require_signature, sign, signing_public_key
from authsim.protocol.push import (
    APPROVE,
    DECIDED,
    DecisionReply,
    RequestContext,
    RequestInfo,
    RequestsReply,
    StreamEnd,
    format_decision_reply,
    format_request,
    format_requests_reply,
    format_stream_end,
    parse_decision_request,
    push_decision_transcript,
)
from authsim.secret import Secret
from tests.support.child import LONGEST_S
from tests.support.phones import make_account

API: Final = "/api/device/v1"
NONCE: Final = b"\x06" * 32
FAR: Final = 4_000_000_000_000


@dataclass(slots=True, kw_only=True)
class Reply:
    """What goes over the wire."""

    status: int
    body: str = '{"v":1,"error":"state","ref":"test"}'
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class NoticePortal:
    """One user. `streams` says how the next streams go; when empty, they are ok.

    "ok" goes on; "break" breaks at once, "once" after the first news; "end" ends the session; "odd" is no
    request at all; a number is a status.

    `lost` counts, for a path, how many replies are still to be lost after their work was done; `odd` says what a path
    answers instead of the protocol.
    """

    label: str = "alice"
    user: str = "22"
    origin: str = ""
    state: str = "active"
    seamless: bool = True
    number: str = ""
    streams: "deque[str]" = field(default_factory=deque)
    lost: "Counter[str]" = field(default_factory=Counter)
    odd: dict[str, Reply] = field(default_factory=dict)
    requests: list[RequestInfo] = field(default_factory=list)
    decisions: list[tuple[str, int]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    resumed: list[str | None] = field(default_factory=list)
    counter: int = 0
    alarms: int = 0
    psk_seed: Secret = field(default_factory=lambda: Secret(b"\x01" * 32))
    tokens: set[str] = field(default_factory=set)
    news: threading.Condition = field(default_factory=threading.Condition)
    is_over: bool = False
    left: int = 0

    @property
    def account(self) -> Account:
        """The phone's half of what this portal knows."""
        made = make_account(self.label, origin=self.origin, user=self.user)
        return made._replace(psk=signing_public_key(self.psk_seed))

    def asks(self, request_id: str = "31" * 16, **changes: object) -> RequestInfo:
        """Announce a request."""
        request = RequestInfo(
            request_id=request_id,
            purpose=1,
            context=RequestContext(ip="127.0.0.1", agent="a browser", place="AuthSim"),
            sn=NONCE,
            iat=FAR - 180_000,
            exp=FAR,
            digits=len(self.number),
            state="issued",
        )
        request = replace(request, **changes)  # type: ignore[arg-type]
        with self.news:
            self.requests.append(request)
            self.news.notify_all()
        return request

    def has_streams(self, count: int) -> bool:
        """Wait until so many streams were asked for."""
        with self.news:
            return self.news.wait_for(lambda: len(self.resumed) >= count, LONGEST_S)

    def is_left(self, count: int) -> bool:
        """Wait until a phone has hung up so many streams."""
        with self.news:
            return self.news.wait_for(lambda: self.left >= count, LONGEST_S)

    def becomes(self, request_id: str, state: str) -> None:
        """Let something happen to a request."""
        with self.news:
            self.requests = [
                replace(item, state=state) if item.request_id == request_id else item for item in self.requests
            ]

    def answer(self, method: str, path: str, body: bytes, token: str) -> Reply:
        """Return what this path is answered, after its work was done."""
        place = path.removeprefix(API)
        if (method, place) == ("POST", "/nonce"):
            return Reply(status=200, body=format_nonce_reply(NonceReply(sn=NONCE)))
        if (method, place) == ("POST", "/session"):
            return self._open_session(body)
        if method == "POST" and place.startswith("/push/"):
            return self._decide(place.removeprefix("/push/"), body)
        if token not in self.tokens:
            return Reply(status=401)
        if self.state != "active":
            return Reply(status=409)
        if place == "/requests":
            waiting = tuple(item for item in self.requests if item.state == "issued")
            return Reply(
                status=200, body=format_requests_reply(RequestsReply(requests=waiting, seamless=self.seamless))
            )
        found = [item for item in self.requests if place == f"/requests/{item.request_id}"]
        return Reply(status=200, body=format_request(found[0])) if found else Reply(status=404)

    def _open_session(self, body: bytes) -> Reply:
        request, account = parse_session_request(body), self.account
        named = {"instance_id": account.instance_id, "origin": account.origin, "device_id": account.device_id}
        transcript = device_session_transcript(
            **named, server_nonce=request.sn, client_nonce=request.cn, counter=request.ctr
        )
        require_signature(signing_public_key(account.dsk), transcript, request.sig)
        if self.state != "active":
            word = device_state_transcript(**named, server_nonce=request.sn, client_nonce=request.cn, state=self.state)
            return Reply(
                status=200, body=format_state_reply(StateReply(state=self.state, sig=sign(self.psk_seed, word)))
            )
        if not self._takes(request.ctr):
            return Reply(status=401)
        token = format_b64u(request.ctr.to_bytes(32))
        self.tokens.add(token)
        return Reply(status=200, body=format_session_reply(SessionReply(token=Secret(token), expires_in=600)))

    def _decide(self, request_id: str, body: bytes) -> Reply:
        decision, account = parse_decision_request(body), self.account
        found = next((item for item in self.requests if item.request_id == request_id), None)
        if found is None:
            return Reply(status=404)
        transcript = push_decision_transcript(
            instance_id=account.instance_id,
            origin=account.origin,
            user_id=account.user_id,
            device_id=account.device_id,
            request_id=request_id,
            purpose=found.purpose,
            server_nonce=found.sn,
            number=decision.number,
            decision=decision.decision,
            context=found.context,
            iat=found.iat,
            exp=found.exp,
            counter=decision.ctr,
            operation=found.op,
        )
        require_signature(signing_public_key(account.dsk), transcript, decision.sig)
        if not self._takes(decision.ctr):
            return Reply(status=401)
        if found.state != "issued":
            return Reply(status=409)
        if decision.decision == APPROVE and decision.number != self.number:
            return Reply(status=401)
        self.decisions.append((request_id, decision.decision))
        self.becomes(request_id, "consumed" if decision.decision == APPROVE else "failed")
        return Reply(status=200, body=format_decision_reply(DecisionReply(state=DECIDED[decision.decision])))

    def _takes(self, counter: int) -> bool:
        if counter <= self.counter:
            self.alarms += 1
            return False
        self.counter = counter
        return True

    @contextmanager
    def serving(self, port: int = 0) -> Iterator["NoticePortal"]:
        """Answer on a loopback port until the block ends."""
        portal = self

        class Handler(_Handler):
            holder = portal

        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        server.daemon_threads = True
        server.block_on_close = False
        self.origin = self.origin or f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            with self.news:
                self.is_over = True
                self.news.notify_all()
            server.shutdown()
            server.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    holder: NoticePortal

    def do_GET(self) -> None:
        self._handle(b"")

    def do_POST(self) -> None:
        self._handle(self.rfile.read(int(self.headers["Content-Length"])))

    def _handle(self, body: bytes) -> None:
        portal, self.close_connection = self.holder, True
        portal.calls.append(f"{self.command} {self.path.removeprefix(API)}")
        token = (self.headers["Authorization"] or "").removeprefix("Bearer ")
        if self.path == f"{API}/events" and token in portal.tokens:
            self._stream()
            return
        reply = portal.answer(self.command, self.path, body, token)
        reply = portal.odd.get(self.path.removeprefix(API), reply)
        if portal.lost[self.path] > 0:
            portal.lost[self.path] -= 1
            return
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", "Connection": "close"}.items():
            self.send_header(name, value)
        content = reply.body.encode()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self) -> None:
        portal = self.holder
        with portal.news:
            portal.resumed.append(self.headers["Last-Event-ID"])
            portal.news.notify_all()
        way = portal.streams.popleft() if portal.streams else "ok"
        if way.isdigit():
            self.send_response(int(way))
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        seen = int(self.headers["Last-Event-ID"] or 0)
        self._chunk("retry: 3000\n\n: still here\n\n")
        while not portal.is_over and portal.state == "active" and way in {"ok", "once"}:
            with portal.news:
                news = list(enumerate(portal.requests, start=1))[seen:]
                if not news:
                    portal.news.wait(0.2)
            if self._is_left():
                with portal.news:
                    portal.left += 1
                    portal.news.notify_all()
                return
            for sequence, request in news:
                seen = sequence
                self._chunk(f"id: {sequence}\nevent: request\ndata: {format_request(request)}\n\n")
            if news and way == "once":
                break
        if way == "odd":
            self._chunk("id: 1\nevent: request\ndata: {}\n\n")
        if portal.state != "active" or way == "end":
            state = portal.state if portal.state != "active" else "expired"
            self._chunk(f"event: end\ndata: {format_stream_end(StreamEnd(state=state))}\n\n")
            self._chunk("")

    def _is_left(self) -> bool:
        """Say whether the phone has hung up: it says nothing once it listens."""
        try:
            return bool(select([self.connection], [], [], 0)[0]) and not self.connection.recv(1)
        except ConnectionError:
            return True

    def _chunk(self, text: str) -> None:
        content = text.encode()
        self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")

    def log_message(self, *_: object) -> None:
        """Say nothing."""
