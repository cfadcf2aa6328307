"""The audit vocabulary: what may be recorded, named `subject:action`, and the fact that is recorded.

One row for each state change, written in the same transaction. The public never reads it; operators and the user's own
activity page do. No secret and nothing that was typed for an unknown account may stand in `facts`.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from authsim.errors import Reason

if TYPE_CHECKING:
    from authsim.model import UserId


class EventKind(enum.Enum):
    """Everything that the portal records."""

    USER_ADDED = "user:added"
    USER_REMOVED = "user:removed"
    USER_LOCKED = "user:locked"
    USER_UNLOCKED = "user:unlocked"
    PASSWORD_SET = "user:password_set"  # noqa: S105 - the name of an event
    SEAMLESS_SET = "user:seamless_set"
    OPT_OUT_BEGUN = "user:opt_out_begun"
    OPTED_OUT = "user:opted_out"
    OPTED_IN = "user:opted_in"
    NUMBER_SET = "user:number_set"
    NUMBER_VERIFIED = "user:number_verified"
    IDENTITY_VERIFIED = "user:identity_verified"
    FACTOR_REQUESTED = "factor:requested"
    FACTOR_ACTIVATED = "factor:activated"
    FACTOR_SHARED = "factor:shared"
    FACTOR_CLOSED = "factor:closed"
    PASSCODE_ISSUED = "factor:passcode_issued"
    PROMPT_ISSUED = "prompt:issued"
    PROMPT_RESENT = "prompt:resent"
    PROMPT_COUNTED = "prompt:answer_counted"
    PROMPT_EXPIRED = "prompt:expired"
    DECOY_ISSUED = "decoy:issued"
    DECOY_COUNTED = "decoy:answer_counted"
    CONFIRMATION_COUNTED = "device:confirmation_counted"
    DEVICE_CONFIRMED = "device:confirmed"
    DESK_LOOKED_UP = "desk:looked_up"
    DESK_PASSCODE = "desk:passcode_issued"
    DESK_UNLOCKED = "desk:unlocked"
    DESK_SUSPENDED = "desk:suspended"
    DESK_RESUMED = "desk:resumed"
    DESK_NUMBER_SET = "desk:number_set"
    TICKET_OPENED = "ticket:opened"
    TICKET_REPLIED = "ticket:replied"
    TICKET_CLOSED = "ticket:closed"
    EVIDENCE_ATTACHED = "ticket:evidence_attached"
    EVIDENCE_REFUSED = "ticket:evidence_refused"
    PASSWORD_COUNTED = "login:password_counted"  # noqa: S105
    PASSWORD_PASSED = "login:password_passed"  # noqa: S105
    LOGIN_STARTED = "login:started"
    LOGIN_REFUSED = "login:refused"
    LOGIN_COMPLETED = "login:completed"
    LOGIN_EXPIRED = "login:expired"
    CHALLENGE_ISSUED = "challenge:issued"
    CHALLENGE_EXPIRED = "challenge:expired"
    RESPONSE_COUNTED = "challenge:response_counted"
    ACTIVATION_ISSUED = "activation:issued"
    ACTIVATION_CONSUMED = "activation:consumed"
    ACTIVATION_REFUSED = "activation:refused"
    ACTIVATION_EXPIRED = "activation:expired"
    ENROLMENT_STARTED = "enrolment:started"
    ENROLMENT_RESENT = "enrolment:resent"
    ENROLMENT_COUNTED = "enrolment:code_counted"
    ENROLMENT_COMPLETED = "enrolment:completed"
    ENROLMENT_REFUSED = "enrolment:refused"
    ENROLMENT_EXPIRED = "enrolment:expired"
    PUSH_SENT = "push:sent"
    PUSH_COUNTED = "push:decision_counted"
    PUSH_APPROVED = "push:approved"
    PUSH_DENIED = "push:denied"
    PUSH_REPORTED = "push:reported"
    PUSH_REFUSED = "push:refused"
    PUSH_EXPIRED = "push:expired"
    DEVICE_SESSION_OPENED = "device:session_opened"
    DEVICE_REFUSED = "device:refused"
    DEVICE_CLONE_SUSPECTED = "device:clone_suspected"
    DEVICE_SUSPENDED = "device:suspended"
    DEVICE_RESUMED = "device:resumed"
    DEVICE_REPLACED = "device:replaced"
    DEVICE_REVOKED = "device:revoked"
    SESSION_OPENED = "session:opened"
    SESSION_ENDED = "session:ended"
    SESSION_EXPIRED = "session:expired"
    BROKERAGE_BEGUN = "brokerage:begun"
    BROKERAGE_ENDED = "brokerage:ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact, at one instant (`at_ms`: milliseconds since the epoch, the portal's clock)."""

    kind: EventKind
    at_ms: int
    user_id: "UserId | None" = None
    reason: Reason | None = None
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """A recorded event with its place in the hash chain: `chain` = SHA-256(previous chain || row), 32 bytes."""

    sequence: int
    event: Event
    chain: bytes
