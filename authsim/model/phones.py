"""What the portal knows of phones: keys, sessions, texts, and the two ways of getting a key onto one."""

from dataclasses import dataclass

from authsim import states
from authsim.model.ids import CodeId, DeviceId, FlowId, SessionId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """AES-256-GCM under the portal's master key `key_id`: a 12-byte nonce and ciphertext with its tag."""

    key_id: str
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One user's key on one phone, as the portal knows it.

    `counter` is the highest that a signature of this device carried; `alarms` counts signatures that repeated one. A
    pending one is confirmed by the response to `question`, at most `confirmations_allowed` tries, before `expires_ms`.
    """

    device_id: DeviceId
    user_id: UserId
    state: states.Device
    label: str
    suite: str
    sign_pk: bytes
    seed: Sealed
    activated_ms: int
    closed_ms: int | None = None
    last_used_ms: int | None = None
    counter: int = 0
    alarms: int = 0
    question: str = ""
    confirmations: int = 0
    confirmations_allowed: int = 0
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSession:
    """A phone that proved its key a short while ago: it may read its own requests, and change nothing."""

    token_hash: bytes
    device_id: DeviceId
    user_id: UserId
    opened_ms: int
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMessage:
    """A text in the simulated inbox of a phone number. `sequence` is given by the store and ascends."""

    sequence: int = 0
    number: str
    body: Sealed
    sent_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A phone that asks for a user by credentials and a texted code: activation in the app, add user, migration.

    `code_mac` is HMAC-SHA-256 of the code, which itself is not kept; a resend replaces it and keeps `attempts`.
    `sign_pk`, `kx_pk` (32 bytes each), `client_nonce` (16), `label` and `suite` are the phone's own, from message B1.
    `request_digest` and `reply` make a resend of B2 idempotent.
    """

    flow_id: FlowId
    user_id: UserId
    state: states.OneShot
    sign_pk: bytes
    kx_pk: bytes
    client_nonce: bytes
    label: str
    suite: str
    code_mac: bytes
    attempts: int
    attempts_allowed: int
    sends: int
    sent_ms: int
    issued_ms: int
    expires_ms: int
    closed_ms: int | None = None
    device_id: DeviceId | None = None
    request_digest: bytes | None = None
    reply: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationCode:
    """A one-time activation. The code itself is not kept: `keys` seals what checks it (mac key, then psk: 64 bytes).

    `display` is the code sealed under a key that only the browser's cookie holds, so that a reload shows the same QR;
    it is None for codes that an operator made. `request_digest` and `reply` make a resend idempotent.
    """

    code_id: CodeId
    user_id: UserId
    session_id: SessionId | None
    state: states.OneShot
    keys: Sealed
    display: bytes | None
    issued_ms: int
    expires_ms: int
    closed_ms: int | None = None
    device_id: DeviceId | None = None
    request_digest: bytes | None = None
    reply: str | None = None
