"""How the user's own activity is told: one sentence for each kind of event, and the cause of a failure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from authsim.errors import Reason
from authsim.events import EventKind
from authsim.verifier.activity import Activity
from authsim.verifier.activity_groups import ActivityGroup

from .agents import name_agent

KINDS: Final[Mapping[EventKind, LazyString]] = MappingProxyType(
    {
        EventKind.LOGIN_COMPLETED: _l("Logged in"),
        EventKind.LOGIN_REFUSED: _l("Login refused"),
        EventKind.LOGIN_EXPIRED: _l("Login not completed in time"),
        EventKind.CHALLENGE_EXPIRED: _l("Challenge code not answered in time"),
        EventKind.ACTIVATION_CONSUMED: _l("Phone activated"),
        EventKind.ACTIVATION_REFUSED: _l("Activation refused"),
        EventKind.ENROLMENT_STARTED: _l("A phone asked for this user; a code was texted"),
        EventKind.ENROLMENT_RESENT: _l("The code was texted again"),
        EventKind.ENROLMENT_COMPLETED: _l("Phone activated with a texted code"),
        EventKind.ENROLMENT_REFUSED: _l("Activation with a texted code refused"),
        EventKind.PUSH_APPROVED: _l("Login approved on the phone"),
        EventKind.PUSH_DENIED: _l("Login denied on the phone"),
        EventKind.PUSH_REPORTED: _l("Login reported on the phone: “It wasn't me”"),
        EventKind.PUSH_REFUSED: _l("Answer of the phone refused"),
        EventKind.DEVICE_CLONE_SUSPECTED: _l("A copy of the phone's keys may be in use"),
        EventKind.DEVICE_SUSPENDED: _l("Phone suspended"),
        EventKind.DEVICE_RESUMED: _l("Phone in use again"),
        EventKind.DEVICE_REPLACED: _l("Phone replaced by another one"),
        EventKind.DEVICE_REVOKED: _l("Phone revoked"),
        EventKind.DEVICE_CONFIRMED: _l("Phone confirmed"),
        EventKind.SEAMLESS_SET: _l("Notifications at login switched"),
        EventKind.OPT_OUT_BEGUN: _l("Opting out of the Secure Login System begun"),
        EventKind.OPTED_OUT: _l("Opted out of the Secure Login System for trading"),
        EventKind.OPTED_IN: _l("Opted back in to the Secure Login System"),
        EventKind.NUMBER_SET: _l("Telephone number changed"),
        EventKind.NUMBER_VERIFIED: _l("Telephone number verified"),
        EventKind.IDENTITY_VERIFIED: _l("Identity verified once more"),
        EventKind.FACTOR_REQUESTED: _l("Second factor requested"),
        EventKind.FACTOR_ACTIVATED: _l("Second factor activated"),
        EventKind.FACTOR_SHARED: _l("Second factor shared"),
        EventKind.FACTOR_CLOSED: _l("Second factor ended"),
        EventKind.PASSCODE_ISSUED: _l("Temporary passcode sent"),
        EventKind.PASSWORD_SET: _l("Password changed by the operator"),
        EventKind.USER_LOCKED: _l("User locked"),
        EventKind.USER_UNLOCKED: _l("User unlocked by the operator"),
        EventKind.DESK_LOOKED_UP: _l("Looked up by the help desk"),
        EventKind.DESK_UNLOCKED: _l("User unlocked by the help desk"),
        EventKind.DESK_NUMBER_SET: _l("Telephone number changed by the help desk"),
        EventKind.TICKET_OPENED: _l("Web ticket opened"),
        EventKind.TICKET_REPLIED: _l("Message added to a web ticket"),
        EventKind.TICKET_CLOSED: _l("Web ticket closed"),
        EventKind.EVIDENCE_ATTACHED: _l("Evidence attached to a web ticket"),
        EventKind.EVIDENCE_REFUSED: _l("Evidence refused"),
    }
)
CAUSES: Final[Mapping[Reason, LazyString]] = MappingProxyType(
    {
        Reason.WRONG_PASSWORD: _l("wrong password"),
        Reason.WRONG_RESPONSE: _l("wrong response code"),
        Reason.WRONG_MODE: _l("live/paper switch in the wrong position"),
        Reason.USER_LOCKED: _l("the user was locked"),
        Reason.THROTTLED: _l("too soon after a failure"),
        Reason.ACCOUNT_EXPIRED: _l("the practice account has expired"),
        Reason.ACTIVATION_USED: _l("the QR code was already used"),
        Reason.ACTIVATION_EXPIRED: _l("the QR code had expired"),
        Reason.ACTIVATION_MISMATCH: _l("the phone did not prove the QR code"),
        Reason.DEVICE_ALREADY_ACTIVE: _l("another phone was active"),
        Reason.WRONG_CODE: _l("wrong texted code"),
        Reason.CODE_TRIES_SPENT: _l("too many wrong texted codes"),
        Reason.ENROLMENT_EXPIRED: _l("the texted code had expired"),
        Reason.ENROLMENT_USED: _l("the texted code was already used"),
        Reason.ENROLMENT_MISMATCH: _l("the phone did not prove that it asked"),
        Reason.NO_PHONE_NUMBER: _l("no telephone number is known"),
        Reason.TEXTS_SPENT: _l("too many texts"),
        Reason.WRONG_NUMBER: _l("wrong number typed on the phone"),
        Reason.PUSH_EXPIRED: _l("the notification had expired"),
        Reason.PUSH_CLOSED: _l("the notification was answered already"),
        Reason.PUSH_SUPERSEDED: _l("a newer login had taken its place"),
        Reason.DEVICE_MISMATCH: _l("the phone's signature did not fit"),
        Reason.DEVICE_SUSPENDED: _l("the phone was suspended"),
        Reason.DEVICE_REPLACED: _l("the phone was replaced"),
        Reason.DEVICE_REVOKED: _l("the phone was revoked"),
        Reason.CLONE_SUSPECTED: _l("a counter came twice"),
        Reason.CODE_USED: _l("the code had been used before"),
        Reason.SECOND_FACTOR_BLOCKED: _l("too many wrong answers in a row"),
        Reason.TYPED_MODE_LOCKED: _l("this phone's responses are not taken any more"),
        Reason.EVIDENCE_TOO_LARGE: _l("the file was too large"),
        Reason.EVIDENCE_UNREADABLE: _l("the file could not be read"),
    }
)
GOOD: Final = frozenset(
    {
        EventKind.LOGIN_COMPLETED,
        EventKind.ACTIVATION_CONSUMED,
        EventKind.ENROLMENT_COMPLETED,
        EventKind.PUSH_APPROVED,
        EventKind.DEVICE_RESUMED,
        EventKind.DEVICE_CONFIRMED,
        EventKind.OPTED_IN,
        EventKind.NUMBER_VERIFIED,
        EventKind.IDENTITY_VERIFIED,
        EventKind.FACTOR_ACTIVATED,
    }
)
BAD: Final = frozenset(
    {
        EventKind.LOGIN_REFUSED,
        EventKind.ACTIVATION_REFUSED,
        EventKind.ENROLMENT_REFUSED,
        EventKind.PUSH_DENIED,
        EventKind.PUSH_REPORTED,
        EventKind.PUSH_REFUSED,
        EventKind.DEVICE_CLONE_SUSPECTED,
        EventKind.DEVICE_SUSPENDED,
        EventKind.USER_LOCKED,
        EventKind.EVIDENCE_REFUSED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the timeline. `tone`: good, bad or plain; `facts` stand beneath, separated by a dot."""

    at_ms: int
    what: str
    tone: str
    facts: tuple[str, ...]


def describe(row: Activity) -> Line:
    """Return a row in the reader's language."""
    cause = "" if row.reason is None else str(CAUSES.get(row.reason, ""))
    tone = "good" if row.kind in GOOD else "bad" if row.kind in BAD else "plain"
    facts = tuple(fact for fact in (cause, row.label, row.address, name_agent(row.agent)) if fact)
    return Line(at_ms=row.at_ms, what=str(KINDS[row.kind]), tone=tone, facts=facts)


def describe_group(group: ActivityGroup) -> Line:
    """Return a group as the line of its newest row, with the number of rows that it stands for."""
    line = describe(group.newest)
    return line if group.count == 1 else replace(line, what=f"{line.what} × {group.count}")
