"""A phone that speaks with the portal after its activation: device session, requests, decisions, add user.

It knows `authsim.protocol` alone. What it says goes over a line: Flask's test client, or a socket.
"""

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import Flask

from authsim.model import Client, Decision, FirstFactorPassed, PushRequest, UserId
from authsim.protocol.challenges import ChallengeInfo, parse_challenges_reply
from authsim.protocol.device_session import (
    NonceRequest,
    SessionReply,
    StateReply,
    format_nonce_request,
    format_session_request,
    parse_nonce_reply,
    parse_session_reply,
)
from authsim.protocol.push import (
    RequestInfo,
    RequestsReply,
    format_decision_request,
    parse_request,
    parse_requests_reply,
)
from authsim.verifier import Verifier
from authsim.verifier.activation import operator_activation
from authsim.verifier.login import begin_login
from tests.support.child import LONGEST_S
from tests.support.device import TestPhone
from tests.support.ports import ORIGIN, CountedEntropy

API = "/api/device/v1"
CLIENT = Client(address="127.0.0.1", agent="a browser")


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str


#: `line(method, path, body, headers)` sends one request.
Line = Callable[[str, str, "str | None", Mapping[str, str]], Answer]


def line_to(app: Flask) -> Line:
    """Return a line to an application in this process."""

    def send(method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        client = app.test_client(use_cookies=False)
        answer = client.open(path, method=method, base_url=ORIGIN, data=body, headers=dict(headers))
        return Answer(answer.status_code, dict(answer.headers), answer.text)

    return send


def wire_to(address: str) -> Line:
    """Return a line to a portal that is served, a new connection for each request."""
    parts = urlsplit(address)

    def send(method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=LONGEST_S)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read().decode())
        finally:
            connection.close()

    return send


@dataclass(slots=True, kw_only=True)
class OnlinePhone:
    """A phone that is active for one user, and its session. `verifier` tells it only which portal it belongs to."""

    phone: TestPhone
    verifier: Verifier
    token: str = ""

    @property
    def bearer(self) -> dict[str, str]:
        """The header that shows the session."""
        return {"Authorization": f"Bearer {self.token}"}

    def opens_session(self, line: Line) -> SessionReply | StateReply:
        """Prove the key; keep the token."""
        answer = self.asks_for_session(line)
        assert answer.status == 200, answer
        reply = parse_session_reply(answer.text.encode())
        if isinstance(reply, SessionReply):
            self.token = reply.token.reveal_text()
        return reply

    def asks_for_session(self, line: Line, *, ctr: int | None = None) -> Answer:
        """Ask for a nonce and sign it, with the next counter unless told another."""
        answer = post(line, f"{API}/nonce", format_nonce_request(NonceRequest(device_id=self.phone.device_id)))
        assert answer.status == 200, answer
        nonce = parse_nonce_reply(answer.text.encode()).sn
        request = self.phone.asks_for_session(self.verifier, sn=nonce, ctr=ctr)
        return post(line, f"{API}/session", format_session_request(request))

    def requests(self, line: Line) -> RequestsReply:
        """Return what waits."""
        answer = line("GET", f"{API}/requests", None, self.bearer)
        assert answer.status == 200, answer
        return parse_requests_reply(answer.text.encode())

    def challenges(self, line: Line) -> tuple[ChallengeInfo, ...]:
        """Return what can be answered."""
        answer = line("GET", f"{API}/challenges", None, self.bearer)
        assert answer.status == 200, answer
        return parse_challenges_reply(answer.text.encode()).challenges

    def request(self, line: Line, request_id: str) -> RequestInfo:
        """Return one request, as a QR code names it."""
        answer = line("GET", f"{API}/requests/{request_id}", None, self.bearer)
        assert answer.status == 200, answer
        return parse_request(answer.text.encode())

    def decides(self, line: Line, info: RequestInfo, decision: Decision, *, number: str = "") -> Answer:
        """Sign a decision and send it."""
        return post(line, f"{API}/push/{info.request_id}", self.decision(info, decision, number=number))

    def decision(self, info: RequestInfo, decision: Decision, *, number: str = "", ctr: int | None = None) -> str:
        """Return a signed decision, with the next counter unless told another."""
        return format_decision_request(self.phone.signs_decision(self.verifier, info, decision, number=number, ctr=ctr))


def post(line: Line, path: str, body: str, **headers: str) -> Answer:
    """Send a message as a device does."""
    return line("POST", path, body, {"Content-Type": "application/json"} | headers)


def error_of(answer: Answer) -> tuple[int, str]:
    """Return status and word of a refusal."""
    told: dict[str, Any] = json.loads(answer.text)
    assert told.keys() == {"v", "error", "ref"}, answer
    return answer.status, told["error"]


def enrols(verifier: Verifier, user_id: UserId, label: str = "a phone") -> OnlinePhone:
    """Activate a new phone for a user on an operator's word; an active one is revoked first."""
    phone = TestPhone(entropy=CountedEntropy(f"{label} {user_id}"), label=label)
    phone.activate(verifier, operator_activation(verifier, user_id, replace=True).uri)
    return OnlinePhone(phone=phone, verifier=verifier)


def begins_login(verifier: Verifier, name: str, *, notify: bool = True) -> PushRequest:
    """Begin a login as somebody who just passed the first factor, and return its request."""
    user = verifier.store.users.find(name)
    assert user is not None
    first = FirstFactorPassed(user=user, at_ms=verifier.clock.now_ms(), client=CLIENT)
    push = begin_login(verifier, first, mode=None, notify=notify).push
    assert push is not None
    return push
