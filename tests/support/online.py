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

from authsim.model import UserId
from authsim.protocol.activation_uri import parse_activation_uri
from authsim.protocol.device_session import (
    NonceRequest,
    SessionReply,
    SessionRequest,
    StateReply,
    device_session_transcript,
    format_nonce_request,
    format_session_request,
    parse_nonce_reply,
    parse_session_reply,
)
from authsim.protocol.keys import sign
from authsim.protocol.push import (
    DecisionRequest,
    RequestInfo,
    RequestsReply,
    format_decision_request,
    parse_request,
    parse_requests_reply,
    push_decision_transcript,
)
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.activation import operator_activation
from authsim.verifier.redemption import redeem
from tests.support.child import LONGEST_S
from tests.support.device import TestPhone
from tests.support.ports import ORIGIN, CountedEntropy

API = "/api/device/v1"


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
    """A phone that is active for one user, its counter, and its session."""

    phone: TestPhone
    dsk: Secret
    instance_id: str
    origin: str
    user_id: str
    device_id: str
    counter: int = 0
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

    def asks_for_session(self, line: Line, *, counter: int | None = None) -> Answer:
        """Ask for a nonce and sign it, with the next counter unless told another."""
        answer = post(line, f"{API}/nonce", format_nonce_request(NonceRequest(device_id=self.device_id)))
        assert answer.status == 200, answer
        nonce = parse_nonce_reply(answer.text.encode()).sn
        return post(line, f"{API}/session", self.session_request(nonce, counter=counter))

    def session_request(self, nonce: bytes, *, counter: int | None = None) -> str:
        """Return the signed wish for a session."""
        self.counter = self.counter + 1 if counter is None else counter
        cn = self.phone.entropy.token_bytes(16)
        transcript = device_session_transcript(
            instance_id=self.instance_id,
            origin=self.origin,
            device_id=self.device_id,
            server_nonce=nonce,
            client_nonce=cn,
            counter=self.counter,
        )
        return format_session_request(
            SessionRequest(device_id=self.device_id, sn=nonce, cn=cn, ctr=self.counter, sig=sign(self.dsk, transcript))
        )

    def requests(self, line: Line) -> RequestsReply:
        """Return what waits."""
        answer = line("GET", f"{API}/requests", None, self.bearer)
        assert answer.status == 200, answer
        return parse_requests_reply(answer.text.encode())

    def request(self, line: Line, request_id: str) -> RequestInfo:
        """Return one request, as a QR code names it."""
        answer = line("GET", f"{API}/requests/{request_id}", None, self.bearer)
        assert answer.status == 200, answer
        return parse_request(answer.text.encode())

    def decides(self, line: Line, info: RequestInfo, decision: int, *, number: str = "") -> Answer:
        """Sign a decision and send it."""
        return post(line, f"{API}/push/{info.request_id}", self.decision(info, decision, number=number))

    def decision(self, info: RequestInfo, decision: int, *, number: str = "") -> str:
        """Return a signed decision, with the next counter."""
        self.counter += 1
        transcript = push_decision_transcript(
            instance_id=self.instance_id,
            origin=self.origin,
            user_id=self.user_id,
            device_id=self.device_id,
            request_id=info.request_id,
            purpose=info.purpose,
            server_nonce=info.sn,
            number=number,
            decision=decision,
            context=info.context,
            iat=info.iat,
            exp=info.exp,
            counter=self.counter,
        )
        return format_decision_request(
            DecisionRequest(decision=decision, number=number, ctr=self.counter, sig=sign(self.dsk, transcript))
        )


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
    text = operator_activation(verifier, user_id, replace=True).uri
    attempt = phone.scan(text)
    phone.accept(attempt, redeem(verifier, attempt.request))
    uri = parse_activation_uri(text.reveal_text())
    assert phone.reply is not None
    return OnlinePhone(
        phone=phone,
        dsk=attempt.dsk,
        instance_id=uri.instance_id,
        origin=uri.origin,
        user_id=phone.reply.user_id,
        device_id=phone.reply.device_id,
    )
