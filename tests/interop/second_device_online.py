"""The second device's other half, from docs/protocol.md alone: enrolment by a text message, sessions, decisions.

`Enrolment(portal, username).start(password)` has a code texted, `.finish(code)` gives an account.
`OnlineDevice(account)` opens sessions, lists and streams requests, scans the QR code of a login, and decides. All
that is kept in memory.
"""

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tests.interop.second_device import (
    CONTROLS,
    SUITES,
    Account,
    Portal,
    RefusedError,
    accept,
    b64u,
    connect,
    exchange,
    expand,
    extract,
    read_label,
    read_message,
    read_time,
    require,
    transcript,
    unb64u,
    unhex,
)

API = "/api/device/v1"
LOGIN_URI = re.compile(
    r"authsim://login/1\?i=([0-9a-f]{32})&p=([A-Za-z0-9._~%-]+)&r=([0-9a-f]{32})&x=(0|[1-9][0-9]{0,15})", re.ASCII
)
INACTIVE = {"expired", "pending", "replaced", "revoked", "suspended"}
STATES = {"issued", "superseded", "expired", "consumed", "failed", "cancelled"}
DECISIONS = {1: "approved", 2: "denied", 3: "reported"}
REQUEST = ("request_id", "purpose", "context", "sn", "iat", "exp", "digits", "state")


class InactiveError(RefusedError):
    """The portal said, signed, that this device is not active; the text is its state."""


def write(members: dict[str, Any]) -> bytes:
    """Write a message."""
    return json.dumps({"v": 1} | members, ensure_ascii=False).encode()


def sign(private: bytes, message: bytes) -> bytes:
    """Ed25519."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(message)


def u64(number: int) -> bytes:
    """Eight bytes."""
    return number.to_bytes(8, "big")


def enrolment_fields(enrolment: "Enrolment") -> dict[int, bytes]:
    """Return what B1, B2 and their reply have in common."""
    return {
        0x01: enrolment.portal.instance_id,
        0x02: enrolment.portal.origin.encode(),
        0x08: enrolment.cn,
        0x0F: Ed25519PrivateKey.from_private_bytes(enrolment.dsk).public_key().public_bytes_raw(),
        0x10: X25519PrivateKey.from_private_bytes(enrolment.dkx).public_key().public_bytes_raw(),
        0x11: enrolment.portal.psk,
        0x13: SUITES[enrolment.portal.suite],
        0x14: enrolment.label.encode(),
        0x15: b"\0\x01",
    }


class Enrolment:
    """One user who is being added. `address` replaces the origin where the portal is reached under another one."""

    def __init__(self, portal: Portal, username: str, *, label: str = "second device", address: str = "") -> None:
        self.portal = portal
        self.username = read_label(username)
        self.label = read_label(label)
        self.address = address or portal.origin
        self.dsk, self.dkx, self.cn = os.urandom(32), os.urandom(32), os.urandom(16)
        self.flow_id = b""

    def build_start(self, password: str) -> bytes:
        """Return B1."""
        fields = enrolment_fields(self)
        operation = hashlib.sha256(self.username.encode()).digest()
        return write(
            {
                "username": self.username,
                "password": password,
                "dsk": b64u(fields[0x0F]),
                "dkx": b64u(fields[0x10]),
                "cn": b64u(self.cn),
                "label": self.label,
                "suite": self.portal.suite,
                "sig": b64u(sign(self.dsk, transcript("adduser-req", fields | {0x0104: operation}))),
            }
        )

    def build_finish(self, code: str) -> bytes:
        """Return B2: the same bytes for the same code."""
        require(re.fullmatch("[0-9]{4,10}", code, re.ASCII), "texted code")
        fields = enrolment_fields(self) | {0x05: self.flow_id, 0x09: code.encode()}
        fields[0x0104] = hashlib.sha256(self.username.encode()).digest()
        signature = sign(self.dsk, transcript("adduser-req", fields))
        return write({"flow_id": self.flow_id.hex(), "code": code, "sig": b64u(signature)})

    def accept_finish(self, code: str, body: bytes) -> Account:
        """Return the account that the reply to B2 makes."""
        psk = expand(extract(b"authsim/1/sms", code.encode()), self.flow_id, 32)
        return accept(self.portal, enrolment_fields(self) | {0x05: self.flow_id}, self.dsk, self.dkx, psk, body)

    def start(self, password: str) -> int:
        """Have a code texted; return for how many seconds it is good."""
        return self._read_started(self._post("start", self.build_start(password), status=202))

    def resend(self) -> int:
        """Have another code texted."""
        return self._read_started(self._post("resend", write({"flow_id": self.flow_id.hex()}), status=202))

    def finish(self, code: str) -> Account:
        """Return the account that a texted code gives."""
        return self.accept_finish(code, self._post("finish", self.build_finish(code), status=200))

    def _post(self, step: str, body: bytes, *, status: int) -> bytes:
        return exchange(self.address, "POST", f"{API}/adduser/{step}", body, status=status)

    def _read_started(self, body: bytes) -> int:
        reply = read_message(body, "flow_id", "expires_in")
        require(not self.flow_id or self.flow_id == unhex(reply["flow_id"]), "the flow that was asked for")
        self.flow_id = unhex(reply["flow_id"])
        return read_time(reply["expires_in"])


@dataclass(frozen=True)
class Request:
    """What the portal asks this device to approve."""

    request_id: str
    purpose: int
    ip: str
    agent: str
    place: str
    sn: bytes
    iat: int
    exp: int
    digits: int
    state: str


def read_request(members: dict[str, Any]) -> Request:
    """Return a request, from its members without the version."""
    require(type(members) is dict and set(members) == set(REQUEST), "exactly the members")
    context = members["context"]
    require(type(context) is dict and set(context) == {"ip", "agent", "place"}, "exactly the members")
    for value in context.values():
        require(type(value) is str and len(value.encode()) <= 512 and not CONTROLS.search(value), "text")
        require(unicodedata.is_normalized("NFC", value), "text")
    require(members["purpose"] in range(1, 10) and members["state"] in STATES, "words of the tables")
    require(read_time(members["digits"]) <= 6, "digits")
    return Request(
        request_id=unhex(members["request_id"]).hex(),
        purpose=read_time(members["purpose"]),
        sn=unb64u(members["sn"], 32),
        iat=read_time(members["iat"]),
        exp=read_time(members["exp"]),
        digits=members["digits"],
        state=members["state"],
        **context,
    )


def build_decision(account: Account, request: Request, decision: int, number: str, counter: int) -> bytes:
    """Return a signed decision."""
    require(decision in DECISIONS, "decision")
    wanted = request.digits if decision == 1 else 0
    require(re.fullmatch(f"[0-9]{{{wanted}}}", number, re.ASCII), "number")
    context = {0x0101: request.ip.encode(), 0x0102: request.agent.encode(), 0x0103: request.place.encode()}
    fields = {
        0x01: account.portal.instance_id,
        0x02: account.portal.origin.encode(),
        0x03: bytes.fromhex(account.user_id),
        0x04: bytes.fromhex(account.device_id),
        0x05: bytes.fromhex(request.request_id),
        0x06: bytes([request.purpose]),
        0x07: request.sn,
        0x09: number.encode(),
        0x0A: bytes([decision]),
        0x0B: hashlib.sha256(transcript("push-context", context)).digest(),
        0x0C: u64(request.iat),
        0x0D: u64(request.exp),
        0x0E: u64(counter),
    }
    signature = sign(account.dsk, transcript("push-decision", fields))
    return write({"decision": decision, "number": number, "ctr": counter, "sig": b64u(signature)})


def session_fields(account: Account, sn: bytes, cn: bytes) -> dict[int, bytes]:
    """Return what both transcripts about a session begin with."""
    return {
        0x01: account.portal.instance_id,
        0x02: account.portal.origin.encode(),
        0x04: bytes.fromhex(account.device_id),
        0x07: sn,
        0x08: cn,
    }


def build_session_request(account: Account, sn: bytes, cn: bytes, counter: int) -> bytes:
    """Return the signed question for a session."""
    signed = transcript("device-session", session_fields(account, sn, cn) | {0x0E: u64(counter)})
    return write(
        {
            "device_id": account.device_id,
            "sn": b64u(sn),
            "cn": b64u(cn),
            "ctr": counter,
            "sig": b64u(sign(account.dsk, signed)),
        }
    )


def read_session(account: Account, sn: bytes, cn: bytes, body: bytes) -> str:
    """Return the token of a session, or raise with what the portal signed of this device."""
    if b'"state"' not in body:
        reply = read_message(body, "token", "expires_in")
        unb64u(reply["token"], 32)
        read_time(reply["expires_in"])
        return str(reply["token"])
    reply = read_message(body, "state", "sig")
    require(reply["state"] in INACTIVE, "state")
    signed = transcript("device-state", session_fields(account, sn, cn) | {0x17: reply["state"].encode()})
    try:
        Ed25519PublicKey.from_public_bytes(account.portal.psk).verify(unb64u(reply["sig"], 64), signed)
    except InvalidSignature:
        raise RefusedError("not signed by the portal that is trusted") from None
    raise InactiveError(reply["state"])


def read_login_uri(text: str) -> tuple[bytes, str, str]:
    """Return instance, origin and request id of a login's QR code."""
    found = LOGIN_URI.fullmatch(text) if len(text) <= 512 else None
    if found is None:
        raise RefusedError("URI")
    origin = unquote(found[2])
    require(quote(origin, safe="") == found[2] and int(found[4]) < 2**53, "URI")
    return bytes.fromhex(found[1]), origin, found[3]


class OnlineDevice:
    """A device with an account. `counter` is the last that it signed with."""

    def __init__(self, account: Account, *, address: str = "", counter: int = 0) -> None:
        self.account = account
        self.address = address or account.portal.origin
        self.counter = counter
        self.token = ""

    def open_session(self) -> None:
        """Prove the key, and keep the token."""
        device = write({"device_id": self.account.device_id})
        nonce = unb64u(read_message(exchange(self.address, "POST", f"{API}/nonce", device), "sn")["sn"], 32)
        cn = os.urandom(16)
        self.counter += 1
        body = build_session_request(self.account, nonce, cn, self.counter)
        self.token = read_session(self.account, nonce, cn, exchange(self.address, "POST", f"{API}/session", body))

    def list_requests(self) -> list[Request]:
        """Return what waits for an answer."""
        reply = read_message(self._get("requests"), "requests", "seamless")
        require(type(reply["requests"]) is list and type(reply["seamless"]) is bool, "list and flag")
        return [read_request(members) for members in reply["requests"]]

    def fetch_request(self, request_id: str) -> Request:
        """Return one request."""
        members = read_message(self._get(f"requests/{request_id}"), *REQUEST)
        del members["v"]
        return read_request(members)

    def scan(self, text: str) -> Request:
        """Return the request that the QR code of a login names."""
        instance_id, origin, request_id = read_login_uri(text)
        require((instance_id, origin) == (self.account.portal.instance_id, self.account.portal.origin), "our portal")
        return self.fetch_request(request_id)

    def decide(self, request: Request, decision: int, number: str = "") -> str:
        """Approve (1), deny (2) or report (3); return what became of the request."""
        self.counter += 1
        body = build_decision(self.account, request, decision, number, self.counter)
        reply = read_message(exchange(self.address, "POST", f"{API}/push/{request.request_id}", body), "state")
        require(reply["state"] == DECISIONS[decision], "state")
        return str(reply["state"])

    def listen(self, *, after: int | None = None) -> Iterator[tuple[int, Request]]:
        """Give each request of the stream with its place; end when the portal says so, by `InactiveError`."""
        connection = connect(self.address)
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "text/event-stream"}
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        try:
            connection.request("GET", f"{API}/events", headers=headers)
            answer = connection.getresponse()
            require(answer.status == 200, f"{answer.status}")
            fields: dict[str, str] = {}
            for line in iter(answer.readline, b""):
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                    continue
                if fields.get("event") == "end":
                    raise InactiveError(read_message(fields["data"].encode(), "state")["state"])
                if fields.get("event") == "request":
                    members = read_message(fields["data"].encode(), *REQUEST)
                    del members["v"]
                    yield int(fields["id"]), read_request(members)
                fields = {}
        finally:
            connection.close()

    def _get(self, path: str) -> bytes:
        return exchange(self.address, "GET", f"{API}/{path}", token=self.token)
