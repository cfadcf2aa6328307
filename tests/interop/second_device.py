"""A second device, written from docs/protocol.md alone: it shares no line with AuthSim.

It keeps its keys in memory only. `SecondDevice().activate(uri)` activates, `.respond(challenge)` answers. Enrolment by
a text message, and all that needs the network after it, is `second_device_online`.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

SUITES = {"classic6": b"OCRA-1:HOTP-SHA256-8:QN06-S064", "strict10": b"OCRA-1:HOTP-SHA256-8:QN10"}
URI = re.compile(
    r"authsim://activate/1\?i=([0-9a-f]{32})&p=([A-Za-z0-9._~%-]+)&k=([\w-]{43})&c=([\w-]{22})"
    r"&x=(0|[1-9][0-9]{0,15})&s=(classic6|strict10)",
    re.ASCII,
)
ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(?::([1-9][0-9]{0,4}))?", re.ASCII)
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
P = 2**255 - 19
LOW_ORDER = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}
DAMM = (
    *("0317598642", "7092154863", "4206871359", "1750983426", "6123045978"),
    *("3674209581", "5869720134", "8945362017", "9438617205", "2581436790"),
)


class RefusedError(Exception):
    """The portal's bytes are not the protocol, or it declined."""


def require(condition: object, rule: str) -> None:
    """Refuse unless the rule holds."""
    if not condition:
        raise RefusedError(rule)


def b64u(value: bytes) -> str:
    """Write base64url without padding."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def unb64u(text: object, length: int) -> bytes:
    """Read canonical base64url of exactly that many bytes."""
    require(type(text) is str and re.fullmatch(r"[A-Za-z0-9_-]*", text, re.ASCII), "base64url alphabet")
    require(len(str(text)) % 4 != 1, "base64url length")
    value = base64.urlsafe_b64decode(f"{text}{'=' * (-len(str(text)) % 4)}")
    require(len(value) == length and b64u(value) == text, "base64url canonical")
    return value


def unhex(text: object) -> bytes:
    """Read an id."""
    require(type(text) is str and re.fullmatch("[0-9a-f]{32}", text, re.ASCII), "id")
    return bytes.fromhex(str(text))


def read_message(body: bytes, *names: str) -> dict[str, Any]:
    """Read a message with exactly these members."""

    def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        require(len(dict(pairs)) == len(pairs), "members stand once")
        return dict(pairs)

    require(len(body) <= 16384, "message size")
    try:
        members = json.loads(body.decode(), object_pairs_hook=distinct)
    except (ValueError, RecursionError):
        raise RefusedError("JSON") from None
    require(type(members) is dict and set(members) == {"v", *names}, "exactly the members")
    require(type(members["v"]) is int and members["v"] == 1, "version")
    return dict(members)


def read_label(text: object) -> str:
    """Read text for people."""
    require(type(text) is str and not CONTROLS.search(text), "label")
    label = str(text)
    require(unicodedata.is_normalized("NFC", label) and 1 <= len(label.encode()) <= 64, "label")
    return label


def read_time(value: object) -> int:
    """Read milliseconds."""
    require(type(value) is int and 0 <= value < 2**53, "integer")
    return int(str(value))


def extract(salt: bytes, ikm: bytes) -> bytes:
    """HKDF, first half."""
    return hmac.new(salt, ikm, hashlib.sha256).digest()


def expand(prk: bytes, info: bytes, length: int) -> bytes:
    """HKDF, second half, for up to one block."""
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()[:length]


def transcript(context: str, fields: dict[int, bytes]) -> bytes:
    """Everything that is signed."""
    body = b"".join(t.to_bytes(2, "big") + len(v).to_bytes(4, "big") + v for t, v in sorted(fields.items()))
    return b"authsim/1\0" + context.encode() + b"\0" + body


def check_digit(digits: str) -> str:
    """Damm's."""
    state = "0"
    for digit in digits:
        state = DAMM[int(state)][int(digit)]
    return state


def compute(suite: str, seed: bytes, challenge: str, purpose: int) -> str:
    """The response string."""
    digits = format(int(challenge), "x")
    message = SUITES[suite] + b"\0" + bytes.fromhex(digits + "0" * (len(digits) % 2)).ljust(128, b"\0")
    if suite == "classic6":
        message += (b"authsim/1/purpose/%d" % purpose).rjust(64, b"\0")
    mac = hmac.new(seed, message, hashlib.sha256).digest()
    offset = mac[-1] & 15
    return f"{(int.from_bytes(mac[offset : offset + 4], 'big') & 0x7FFFFFFF) % 10**8:08d}"


@dataclass(frozen=True)
class Portal:
    """What a QR code says of a portal."""

    instance_id: bytes
    origin: str
    psk: bytes
    suite: str

    def __post_init__(self) -> None:
        """Refuse what no portal is."""
        found = ORIGIN.fullmatch(self.origin)
        require(found and int(found[2] or 0) < 65536, "origin")
        y = self.psk[:31] + bytes([self.psk[31] & 0x7F])
        require(int.from_bytes(y, "little") < P and y.hex() not in LOW_ORDER, "portal key")
        require(self.suite in SUITES, "suite")


@dataclass(frozen=True)
class Pending:
    """What must survive a lost reply."""

    portal: Portal
    code: bytes
    dsk: bytes
    dkx: bytes
    cn: bytes
    label: str
    address: str


@dataclass(frozen=True)
class Account:
    """What activation leaves."""

    portal: Portal
    user_label: str
    device_id: str
    user_id: str
    dsk: bytes
    seed: bytes


def read_uri(text: str) -> tuple[Portal, bytes]:
    """Return portal and code of a QR code."""
    found = URI.fullmatch(text) if len(text) <= 512 else None
    if found is None:
        raise RefusedError("URI")
    origin = unquote(found[2])
    require(quote(origin, safe="") == found[2], "origin percent-encoding")
    require(int(found[5]) < 2**53, "expiry")
    return Portal(bytes.fromhex(found[1]), origin, unb64u(found[3], 32), found[6]), unb64u(found[4], 16)


def read_session_id(text: str) -> bytes:
    """Return the code that a person typed."""
    typed = text.translate(str.maketrans("", "", " -"))
    require(re.fullmatch("[0-9A-Za-z]{26}", typed, re.ASCII), "Session ID")
    typed = typed.upper().translate(str.maketrans("OIL", "011"))
    require("U" not in typed and typed[0] < "8", "Session ID")
    return sum(CROCKFORD.index(c) << 5 * n for n, c in enumerate(reversed(typed))).to_bytes(16, "big")


def read_challenge(suite: str, text: str) -> str:
    """Return a challenge as typed, normalised."""
    digits = text.translate(str.maketrans("", "", " -"))
    length = 6 if suite == "classic6" else 10
    require(re.fullmatch("[1-9][0-9]*", digits, re.ASCII) and len(digits) == length, "challenge")
    require(suite == "classic6" or check_digit(digits) == "0", "check digit")
    return digits


def derive(code: bytes) -> tuple[bytes, bytes, bytes]:
    """Return code_id, code_mac and code_psk."""
    prk = extract(b"authsim/1/activation", code)
    return expand(prk, b"id", 16), expand(prk, b"mac", 32), expand(prk, b"psk", 32)


def request_fields(pending: Pending) -> dict[int, bytes]:
    """Return the fields that both transcripts share."""
    return {
        0x01: pending.portal.instance_id,
        0x02: pending.portal.origin.encode(),
        0x05: derive(pending.code)[0],
        0x08: pending.cn,
        0x0F: Ed25519PrivateKey.from_private_bytes(pending.dsk).public_key().public_bytes_raw(),
        0x10: X25519PrivateKey.from_private_bytes(pending.dkx).public_key().public_bytes_raw(),
        0x11: pending.portal.psk,
        0x13: SUITES[pending.portal.suite],
        0x14: pending.label.encode(),
        0x15: b"\0\x01",
    }


def build_request(pending: Pending) -> bytes:
    """Return A1: the same bytes each time."""
    fields = request_fields(pending)
    signed = transcript("activate-req", fields)
    members = {
        "v": 1,
        "code_id": fields[0x05].hex(),
        "dsk": b64u(fields[0x0F]),
        "dkx": b64u(fields[0x10]),
        "cn": b64u(pending.cn),
        "label": pending.label,
        "suite": pending.portal.suite,
        "mac": b64u(hmac.new(derive(pending.code)[1], signed, hashlib.sha256).digest()),
        "sig": b64u(Ed25519PrivateKey.from_private_bytes(pending.dsk).sign(signed)),
    }
    return json.dumps(members, ensure_ascii=False).encode()


def accept_reply(pending: Pending, body: bytes) -> Account:
    """Return the account that A2 makes of the pending record."""
    code_psk = derive(pending.code)[2]
    return accept(pending.portal, request_fields(pending), pending.dsk, pending.dkx, code_psk, body)


def accept(portal: Portal, fields: dict[int, bytes], dsk: bytes, dkx: bytes, psk: bytes, body: bytes) -> Account:
    """Return the account that A2 makes of a request with these fields, if the portal signed it."""
    names = ("device_id", "user_id", "user_label", "pkx", "sn", "iat", "exp", "sig")
    reply = read_message(body, *names)
    pkx = unb64u(reply["pkx"], 32)
    signed = transcript(
        "activate-resp",
        fields
        | {
            0x03: unhex(reply["user_id"]),
            0x04: unhex(reply["device_id"]),
            0x07: unb64u(reply["sn"], 32),
            0x0C: read_time(reply["iat"]).to_bytes(8, "big"),
            0x0D: read_time(reply["exp"]).to_bytes(8, "big"),
            0x12: pkx,
            0x16: read_label(reply["user_label"]).encode(),
        },
    )
    try:
        Ed25519PublicKey.from_public_bytes(portal.psk).verify(unb64u(reply["sig"], 64), signed)
        shared = X25519PrivateKey.from_private_bytes(dkx).exchange(X25519PublicKey.from_public_bytes(pkx))
    except (InvalidSignature, ValueError):
        raise RefusedError("not signed by the portal that is trusted") from None
    prk = extract(psk, shared)
    seed = expand(prk, b"authsim/1/ocra-seed\0" + hashlib.sha256(signed).digest(), 32)
    return Account(portal, reply["user_label"], reply["device_id"], reply["user_id"], dsk, seed)


def connect(origin: str) -> http.client.HTTPConnection:
    """Return a connection to a portal; no proxies."""
    address = urlsplit(origin)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    return kind(address.hostname or "", address.port, timeout=60)


def exchange(
    origin: str, method: str, path: str, body: bytes | None = None, *, token: str | None = None, status: int = 200
) -> bytes:
    """Send one request and return the body of the status that is expected; no cookies or redirects."""
    headers = {"Content-Type": "application/json"} if body else {}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    connection = connect(origin)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read(16385)
        if answer.status != status:
            raise RefusedError(f"{answer.status} {read_message(content, 'error', 'ref')['error']}")
        return content
    finally:
        connection.close()


def fetch_portal(address: str, fingerprint: str) -> Portal:
    """Return the portal at an address, if its key has the fingerprint that a person compared."""
    info = read_message(exchange(address, "GET", "/api/device/v1/instance"), "instance_id", "origin", "psk", "suite")
    require(type(info["origin"]) is str and type(info["suite"]) is str, "text")
    portal = Portal(unhex(info["instance_id"]), info["origin"], unb64u(info["psk"], 32), info["suite"])
    require(fingerprint.replace(" ", "") == hashlib.sha256(portal.psk).hexdigest()[:32], "fingerprint")
    return portal


class SecondDevice:
    """A device for one user. `address` replaces the origin where the portal is reached under another one."""

    def __init__(self, label: str = "second device") -> None:
        self.label = read_label(label)
        self.pending: Pending | None = None
        self.account: Account | None = None

    def activate(self, uri: str, *, address: str | None = None) -> Account:
        """Activate with the text of a QR code."""
        portal, code = read_uri(uri)
        return self._activate(portal, code, address or portal.origin)

    def activate_by_session_id(self, session_id: str, *, address: str, fingerprint: str) -> Account:
        """Activate with what a person typed, if the portal's key has the fingerprint that the person compared."""
        portal = fetch_portal(address, fingerprint)
        return self._activate(portal, read_session_id(session_id), address)

    def resume(self) -> Account:
        """Send the pending request, for the first time or again."""
        if self.pending is None:
            raise RefusedError("nothing is pending")
        reply = exchange(self.pending.address, "POST", "/api/device/v1/activate", build_request(self.pending))
        self.account = accept_reply(self.pending, reply)
        self.pending = None
        return self.account

    def respond(self, challenge: str, purpose: int = 1) -> str:
        """Return the response string, 8 digits; no network."""
        if self.account is None:
            raise RefusedError("no user is activated")
        digits = read_challenge(self.account.portal.suite, challenge)
        require(purpose in range(1, 10), "purpose")
        require(self.account.portal.suite == "classic6" or int(digits[0]) == purpose, "issued for another purpose")
        return compute(self.account.portal.suite, self.account.seed, digits, purpose)

    def _activate(self, portal: Portal, code: bytes, address: str) -> Account:
        self.pending = Pending(portal, code, os.urandom(32), os.urandom(32), os.urandom(16), self.label, address)
        return self.resume()
