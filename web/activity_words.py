"""How the user's own activity is told: one sentence for each kind of event, and the cause of a failure."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from authsim.errors import Reason
from authsim.events import EventKind
from authsim.verifier.activity import Activity

from .agents import name_agent

KINDS: Final[Mapping[EventKind, LazyString]] = MappingProxyType(
    {
        EventKind.LOGIN_COMPLETED: _l("Logged in"),
        EventKind.LOGIN_REFUSED: _l("Login refused"),
        EventKind.LOGIN_EXPIRED: _l("Login not completed in time"),
        EventKind.ACTIVATION_CONSUMED: _l("Phone activated"),
        EventKind.ACTIVATION_REFUSED: _l("Activation refused"),
        EventKind.DEVICE_REVOKED: _l("Phone revoked"),
        EventKind.PASSWORD_SET: _l("Password changed by the operator"),
        EventKind.USER_LOCKED: _l("User locked"),
        EventKind.USER_UNLOCKED: _l("User unlocked by the operator"),
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
    }
)
_GOOD: Final = frozenset({EventKind.LOGIN_COMPLETED, EventKind.ACTIVATION_CONSUMED})
_BAD: Final = frozenset({EventKind.LOGIN_REFUSED, EventKind.ACTIVATION_REFUSED, EventKind.USER_LOCKED})


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
    tone = "good" if row.kind in _GOOD else "bad" if row.kind in _BAD else "plain"
    facts = tuple(fact for fact in (cause, row.label, row.address, name_agent(row.agent)) if fact)
    return Line(at_ms=row.at_ms, what=str(KINDS[row.kind]), tone=tone, facts=facts)
