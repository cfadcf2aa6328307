"""The user's own page: last logins, failures, and what happened to their phone. Read-only.

The whole record is the operator's (`authsim audit`); here stands what a user can judge: did I do that?
"""

from collections.abc import Sequence
from dataclasses import dataclass

from authsim.errors import Reason
from authsim.events import EventKind
from authsim.model import UserId
from authsim.verifier import Verifier

#: What a user is shown. Counted attempts, issued challenges and sent requests are steps of these, not news; what the
#: help desk did to a phone or with a passcode is told by the phone's and the passcode's own row.
VISIBLE = frozenset(
    {
        EventKind.LOGIN_COMPLETED,
        EventKind.LOGIN_REFUSED,
        EventKind.LOGIN_EXPIRED,
        EventKind.CHALLENGE_EXPIRED,
        EventKind.ACTIVATION_CONSUMED,
        EventKind.ACTIVATION_REFUSED,
        EventKind.ENROLMENT_STARTED,
        EventKind.ENROLMENT_RESENT,
        EventKind.ENROLMENT_COMPLETED,
        EventKind.ENROLMENT_REFUSED,
        EventKind.PUSH_APPROVED,
        EventKind.PUSH_DENIED,
        EventKind.PUSH_REPORTED,
        EventKind.PUSH_REFUSED,
        EventKind.DEVICE_CLONE_SUSPECTED,
        EventKind.DEVICE_SUSPENDED,
        EventKind.DEVICE_RESUMED,
        EventKind.DEVICE_REPLACED,
        EventKind.DEVICE_REVOKED,
        EventKind.DEVICE_CONFIRMED,
        EventKind.SEAMLESS_SET,
        EventKind.OPT_OUT_BEGUN,
        EventKind.OPTED_OUT,
        EventKind.OPTED_IN,
        EventKind.NUMBER_SET,
        EventKind.NUMBER_VERIFIED,
        EventKind.IDENTITY_VERIFIED,
        EventKind.FACTOR_REQUESTED,
        EventKind.FACTOR_ACTIVATED,
        EventKind.FACTOR_SHARED,
        EventKind.FACTOR_CLOSED,
        EventKind.PASSCODE_ISSUED,
        EventKind.PASSWORD_SET,
        EventKind.USER_LOCKED,
        EventKind.USER_UNLOCKED,
        EventKind.DESK_LOOKED_UP,
        EventKind.DESK_UNLOCKED,
        EventKind.DESK_NUMBER_SET,
        EventKind.TICKET_OPENED,
        EventKind.TICKET_REPLIED,
        EventKind.TICKET_CLOSED,
        EventKind.EVIDENCE_ATTACHED,
        EventKind.EVIDENCE_REFUSED,
    }
)

#: A login that was approved leaves eleven rows, of which two are shown.
_ROWS_READ_FOR_ONE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One line of the page. `label` names a phone; empty texts are not known."""

    at_ms: int
    kind: EventKind
    reason: Reason | None
    address: str
    agent: str
    label: str


def list_activity(verifier: Verifier, user_id: UserId, *, most: int = 50) -> Sequence[Activity]:
    """Return what happened to a user, newest first, at most `most` lines."""
    rows = verifier.store.audit.list_of(user_id, most=most * _ROWS_READ_FOR_ONE)
    events = [row.event for row in rows if row.event.kind in VISIBLE]
    return [
        Activity(
            at_ms=event.at_ms,
            kind=event.kind,
            reason=event.reason,
            address=event.facts.get("address", ""),
            agent=event.facts.get("agent", ""),
            label=event.facts.get("label", ""),
        )
        for event in events[:most]
    ]
