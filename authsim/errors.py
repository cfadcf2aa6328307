"""What can go wrong, sorted by whose fault it is.

`MessageError` is the peer's bytes, `RefusalError` a well-formed request that is declined, `TransitionError` a bug of
our caller, `StoreError` a port. Any other exception that leaves the core is a bug. No HTTP and no user-facing wording
here: `web/refusals.py` and `mobile_cli` speak to people.
"""

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authsim.secret import Secret


class AuthsimError(Exception):
    """The root; never raised itself."""

    def __init__(self, *args: object) -> None:
        if type(self) is AuthsimError:
            raise TypeError("raise one of its subclasses")
        super().__init__(*args)


class MessageError(AuthsimError):
    """The peer's bytes are not the protocol. The text names the rule, never the value."""


class Reason(enum.Enum):
    """Why a well-formed request was declined. The names are stable: tests, timelines and docs/refusals.md use them."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the name of a refusal
    UNKNOWN_USER = "unknown_user"
    USER_LOCKED = "user_locked"
    THROTTLED = "throttled"
    ACCOUNT_EXPIRED = "account_expired"
    WRONG_MODE = "wrong_mode"
    LOGIN_EXPIRED = "login_expired"
    LOGIN_CLOSED = "login_closed"
    LOGIN_FAILED = "login_failed"
    NO_ACTIVE_DEVICE = "no_active_device"
    DEVICE_ALREADY_ACTIVE = "device_already_active"
    CHALLENGE_EXPIRED = "challenge_expired"
    CHALLENGE_CONSUMED = "challenge_consumed"
    CHALLENGE_SUPERSEDED = "challenge_superseded"
    CHALLENGES_EXHAUSTED = "challenges_exhausted"
    MALFORMED_RESPONSE = "malformed_response"
    WRONG_RESPONSE = "wrong_response"
    ACTIVATION_UNKNOWN = "activation_unknown"
    ACTIVATION_USED = "activation_used"
    ACTIVATION_EXPIRED = "activation_expired"
    ACTIVATION_MISMATCH = "activation_mismatch"
    ENROLMENT_UNKNOWN = "enrolment_unknown"
    ENROLMENT_USED = "enrolment_used"
    ENROLMENT_EXPIRED = "enrolment_expired"
    ENROLMENT_MISMATCH = "enrolment_mismatch"
    WRONG_CODE = "wrong_code"
    CODE_TRIES_SPENT = "code_tries_spent"
    NO_PHONE_NUMBER = "no_phone_number"
    TEXT_TOO_SOON = "text_too_soon"
    TEXTS_SPENT = "texts_spent"
    PUSH_UNKNOWN = "push_unknown"
    PUSH_EXPIRED = "push_expired"
    PUSH_CLOSED = "push_closed"
    PUSH_SUPERSEDED = "push_superseded"
    PUSH_DENIED = "push_denied"
    PUSH_REPORTED = "push_reported"
    PUSH_NOT_APPROVED = "push_not_approved"
    PUSHES_SPENT = "pushes_spent"
    PUSHES_BLOCKED = "pushes_blocked"
    WRONG_NUMBER = "wrong_number"
    DEVICE_UNKNOWN = "device_unknown"
    DEVICE_MISMATCH = "device_mismatch"
    DEVICE_SUSPENDED = "device_suspended"
    DEVICE_REVOKED = "device_revoked"
    DEVICE_REPLACED = "device_replaced"
    DEVICE_SESSION_EXPIRED = "device_session_expired"
    CLONE_SUSPECTED = "clone_suspected"
    CODE_USED = "code_used"
    PROMPT_EXPIRED = "prompt_expired"
    PROMPT_CLOSED = "prompt_closed"
    PROMPT_SUPERSEDED = "prompt_superseded"
    FACTOR_UNKNOWN = "factor_unknown"
    FACTOR_EXPIRED = "factor_expired"
    FACTOR_CLASH = "factor_clash"
    FACTOR_NOT_CONFIRMED = "factor_not_confirmed"
    FACTOR_NOT_SHAREABLE = "factor_not_shareable"
    LESS_SECURE_DEVICE = "less_secure_device"
    PASSCODE_STILL_VALID = "passcode_still_valid"
    PASSCODE_NOT_AGAIN = "passcode_not_again"
    NOT_PERMITTED = "not_permitted"
    OPT_OUT_UNAVAILABLE = "opt_out_unavailable"
    ALREADY_OPTED_OUT = "already_opted_out"
    NOT_OPTED_OUT = "not_opted_out"
    NOT_AGREED = "not_agreed"
    VERIFICATION_REQUIRED = "verification_required"
    OUT_OF_REACH = "out_of_reach"
    CONFIRMATION_REQUIRED = "confirmation_required"
    WRONG_CONFIRMATION = "wrong_confirmation"
    CONFIRMATION_TRIES_SPENT = "confirmation_tries_spent"
    SECOND_FACTOR_BLOCKED = "second_factor_blocked"
    TYPED_MODE_LOCKED = "typed_mode_locked"
    CHALLENGES_SPENT = "challenges_spent"
    RESENT_TOO_SOON = "resent_too_soon"
    SLOW_DOWN = "slow_down"
    HOLD_NOT_OVER = "hold_not_over"
    TICKET_UNKNOWN = "ticket_unknown"
    TICKET_CLOSED = "ticket_closed"
    EVIDENCE_UNREADABLE = "evidence_unreadable"
    EVIDENCE_TOO_LARGE = "evidence_too_large"
    SESSION_EXPIRED = "session_expired"
    SECOND_FACTOR_REQUIRED = "second_factor_required"
    NOT_YOURS = "not_yours"
    NAME_TAKEN = "name_taken"
    NO_SUCH_USER = "no_such_user"
    NO_SUCH_ACCOUNT = "no_such_account"
    # the device's own refusals
    WRONG_PIN = "wrong_pin"
    PHONE_WIPED = "phone_wiped"
    PORTAL_NOT_TRUSTED = "portal_not_trusted"
    NOT_ENROLLED = "not_enrolled"
    PIN_UNSUITABLE = "pin_unsuitable"
    SUITE_MISMATCH = "suite_mismatch"
    ALREADY_ENROLLED = "already_enrolled"
    NO_REQUEST = "no_request"
    PHONE_OFFLINE = "phone_offline"
    APP_NOT_INSTALLED = "app_not_installed"
    RECOVERY_NEEDED = "recovery_needed"
    BIOMETRIC_MISMATCH = "biometric_mismatch"
    BIOMETRICS_LOCKED = "biometrics_locked"


#: What the record has as a failed login, and the lock-out counts.
FAILED_LOGINS: Final = frozenset(
    {Reason.WRONG_PASSWORD, Reason.WRONG_RESPONSE, Reason.WRONG_CODE, Reason.CODE_USED, Reason.USER_LOCKED}
)


class RefusalError(AuthsimError):
    """Well formed, and declined. Leaves with what its reader needs to go on.

    `attempts_remaining` counts tries, `retry_after_ms` is a duration in milliseconds, `continuation` a token with which
    the same person may go on (the paper/live correction).
    """

    def __init__(
        self,
        reason: Reason,
        *,
        attempts_remaining: int | None = None,
        retry_after_ms: int | None = None,
        continuation: "Secret | None" = None,
    ) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.attempts_remaining = attempts_remaining
        self.retry_after_ms = retry_after_ms
        self.continuation = continuation


class TransitionError(AuthsimError):
    """Our caller asked for a step that the state table does not have: a bug."""

    def __init__(self, state: enum.Enum, event: enum.Enum) -> None:
        super().__init__(f"{type(state).__name__}.{state.name} has no {event.name}")
        self.state = state
        self.event = event


class StoreError(AuthsimError):
    """A port failed: disk full, database locked for too long, connection lost."""


class StoreConflictError(StoreError):
    """A compare-and-set lost, or a unique name was taken. Nothing was written."""


class StoreStaleError(StoreConflictError):
    """What the caller judged is no longer so: the user is gone, its password or lock another. Nothing was written."""


class BrokenRecordError(StoreError):
    """The audit record is not what was written. `sequence`: the first row that is wrong, or missing.

    `is_damaged`: that row cannot even be read.
    """

    def __init__(self, sequence: int, what: str, *, is_damaged: bool = False) -> None:
        super().__init__(f"the audit record is broken at row {sequence}: {what}")
        self.sequence = sequence
        self.is_damaged = is_damaged
