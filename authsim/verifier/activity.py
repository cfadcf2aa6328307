"""The user's own page: last logins, failures, and what happened to their phone. Read-only.

The whole record is the operator's (`authsim audit`); here stands what a user can judge: did I do that?
"""

from collections.abc import Sequence
from dataclasses import dataclass

from authsim.errors import Reason
from authsim.events import EventKind
from authsim.model import UserId
from authsim.verifier import Verifier

#: What a user is shown. Counted attempts, issued challenges and sent requests are steps of these, not news.
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
        EventKind.SEAMLESS_SET,
        EventKind.PASSWORD_SET,
        EventKind.USER_LOCKED,
        EventKind.USER_UNLOCKED,
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
