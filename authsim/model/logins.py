"""One attempt to log in, and the two ways in which a phone can complete it."""

import enum
from dataclasses import dataclass, field

from authsim import states
from authsim.model.ids import ChallengeId, DeviceId, LoginId, RequestId, SessionId, UserId
from authsim.model.people import Client, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginTransaction:
    """One attempt to log in, bound to one browser by the hash of its 256-bit token.

    `session_id` is set when an already open session steps up to two factors, or proves once more who sits there:
    then `purpose` is above 1 (`protocol.codes.Purpose`), and completing it notes the proof on the new session.
    `subject` is the pending device that an approval of purpose 2 makes active; no browser holds that login's token.
    """

    login_id: LoginId
    token_hash: bytes
    user_id: UserId
    state: states.Login
    mode: Mode
    session_id: SessionId | None
    client: Client
    purpose: int = 1
    subject: DeviceId | None = None
    started_ms: int
    expires_ms: int
    closed_ms: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A question that one device may answer once, inside one login transaction."""

    challenge_id: ChallengeId
    login_id: LoginId
    user_id: UserId
    device_id: DeviceId
    question: str
    purpose: int
    suite: str
    state: states.OneShot
    attempts: int
    attempts_allowed: int
    issued_ms: int
    expires_ms: int
    closed_ms: int | None = None


class Decision(enum.IntEnum):
    """What a person answered to a request; the numbers are the wire's."""

    APPROVE = 1
    DENY = 2
    REPORT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRequest:
    """A request to one device to approve one login transaction: as a notification, or fetched by a scanned QR code.

    `number` is what the person must type on the device ("" where the policy asks none) and never travels to it.
    `is_notified` says whether it is announced; one that is not can still be scanned. `sequence` is given by the store
    and ascends. Approved is `consumed`; denied and reported are `failed`, with the `decision`. `operation` is the
    digest (32 bytes) of what purposes 2 to 6 are about, None for a login. `decision_digest` is SHA-256 of the signed
    decision that was accepted, so that the same message twice is no alarm.
    """

    request_id: RequestId
    sequence: int = 0
    login_id: LoginId
    user_id: UserId
    device_id: DeviceId
    purpose: int
    number: str = field(repr=False)
    client: Client
    server_nonce: bytes
    is_notified: bool
    operation: bytes | None = None
    state: states.OneShot
    decision: Decision | None = None
    decision_digest: bytes | None = None
    attempts: int
    attempts_allowed: int
    issued_ms: int
    expires_ms: int
    closed_ms: int | None = None
