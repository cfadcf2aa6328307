"""What the user was told, and what really happened: the record, row by row, in words that can be read out.

The public hears one sentence for many causes; the person on the telephone needs the cause. Steps that lead to something
else (a password that was counted, a challenge that was issued) are left out, and so are the desk's own look-ups.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from authsim.errors import Reason
from authsim.events import AuditRow, Event, EventKind

from ..activity_words import BAD, CAUSES, GOOD, KINDS
from ..agents import name_agent
from ..refusals import REASONS

#: Kinds that the user's own page tells by another row.
DESK_KINDS: Final[Mapping[EventKind, LazyString]] = MappingProxyType(
    {
        EventKind.DESK_PASSCODE: _l("Help desk: temporary passcode"),
        EventKind.DESK_SUSPENDED: _l("Help desk: phone suspended"),
        EventKind.DESK_RESUMED: _l("Help desk: phone resumed"),
        EventKind.DECOY_ISSUED: _l("Login refused in silence"),
    }
)
#: What a refusal means, and what to ask the caller: more than the sentence that the public may read.
MEANINGS: Final[Mapping[Reason, LazyString]] = MappingProxyType(
    {
        Reason.WRONG_PASSWORD: _l("The username is right. Ask about caps lock, and about a password saved long ago."),
        Reason.WRONG_RESPONSE: _l(
            "The password was right. The digits belong to another challenge, another user on the same phone, "
            "or were mistyped."
        ),
        Reason.WRONG_CODE: _l("An older text, a mistyped digit, or an app whose clock is wrong."),
        Reason.CODE_USED: _l("The right code, a second time. The app shows a new one every 30 seconds."),
        Reason.WRONG_MODE: _l("Nothing is wrong with the credentials: the live/paper switch stood on the other side."),
        Reason.USER_LOCKED: _l(
            "Even the right password is refused until the lock ends, and each attempt begins it anew. "
            "Ask the caller to stop trying; then unlock."
        ),
        Reason.THROTTLED: _l(
            "This attempt came too soon, was not judged and not counted. The wait is said on the page."
        ),
        Reason.ACCOUNT_EXPIRED: _l("Practice accounts end after some days. The operator makes new ones."),
        Reason.NO_ACTIVE_DEVICE: _l("The phone is suspended, replaced or revoked. The list of phones says which."),
        Reason.DEVICE_SUSPENDED: _l(
            "The phone was reported lost, or copied keys were suspected. Resume it when found."
        ),
        Reason.DEVICE_REPLACED: _l("The user was moved to another phone; this is the old one."),
        Reason.DEVICE_REVOKED: _l("This phone is out of use for good. A new one has to be activated."),
        Reason.CLONE_SUSPECTED: _l(
            "A signature repeated one of before: a copied or restored phone. Ask what was done to it."
        ),
        Reason.CHALLENGE_EXPIRED: _l("Too slow between page and phone. A new login shows a new challenge code."),
        Reason.LOGIN_EXPIRED: _l("The page stood open too long. Nothing was counted."),
        Reason.ACTIVATION_USED: _l("Every attempt uses a QR code up. A new login shows a fresh one."),
        Reason.ACTIVATION_EXPIRED: _l("The QR code was too old. A new login shows a fresh one."),
        Reason.DEVICE_ALREADY_ACTIVE: _l(
            "A QR code serves only a user without a phone. Migrate, or revoke the old one."
        ),
        Reason.PUSH_EXPIRED: _l("Nobody answered in time. Ask whether notifications are allowed on the phone."),
        Reason.PUSH_SUPERSEDED: _l("A newer login took its place: two browsers, or an impatient resend."),
        Reason.PUSH_DENIED: _l("Somebody tapped Deny. Ask whether it was the caller."),
        Reason.PUSH_REPORTED: _l(
            "Somebody tapped “It wasn't me”. Treat it as true: the password is known to a stranger."
        ),
        Reason.WRONG_NUMBER: _l("The number on the page and the one typed on the phone differ: perhaps another page."),
        Reason.FACTOR_EXPIRED: _l("The passcode or the card is past its day. The file says when it ended."),
    }
)
#: What the uniform login does not say: whoever meets it is shown the same second page as anybody.
_UNSAID: Final = frozenset(
    {Reason.WRONG_PASSWORD, Reason.USER_LOCKED, Reason.THROTTLED, Reason.ACCOUNT_EXPIRED, Reason.WRONG_MODE}
)
#: A duration that the record does not keep.
_SOME_WAIT: Final = "…"
#: What ends without a refusal, and the sentence that its page showed.
_ENDINGS: Final = MappingProxyType(
    {
        EventKind.LOGIN_EXPIRED: Reason.LOGIN_EXPIRED,
        EventKind.CHALLENGE_EXPIRED: Reason.CHALLENGE_EXPIRED,
    }
)
#: What nobody was told of, or only the help desk itself.
_UNTOLD: Final = frozenset(
    {
        EventKind.DESK_PASSCODE,
        EventKind.DESK_UNLOCKED,
        EventKind.DESK_SUSPENDED,
        EventKind.DESK_RESUMED,
        EventKind.DESK_NUMBER_SET,
    }
)


_TOLD: Final = (KINDS.keys() | DESK_KINDS.keys()) - {EventKind.DESK_LOOKED_UP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One row of the two columns. `told` is empty when the user was told nothing; `reason` is its stable name."""

    at_ms: int
    told: str
    what: str
    cause: str
    reason: str
    meaning: str
    facts: tuple[str, ...]
    tone: str


def tell_story(rows: Iterable[AuditRow], *, is_uniform: bool) -> Sequence[Chapter]:
    """Return what people can follow of the record, in its order. `is_uniform`: the login says one sentence for all."""
    return [_tell(row.event, is_uniform=is_uniform) for row in rows if row.event.kind in _TOLD]


def _tell(event: Event, *, is_uniform: bool) -> Chapter:
    reason = event.reason or _ENDINGS.get(event.kind)
    facts = event.facts
    label, why, by = facts.get("label", ""), facts.get("why", ""), facts.get("by", "")
    said_by = gettext("by %(name)s", name=by) if by and event.kind in _UNTOLD else ""
    tone = "bad" if event.kind in BAD or event.reason else "good" if event.kind in GOOD else "plain"
    return Chapter(
        at_ms=event.at_ms,
        told=_say_told(event.kind, reason, is_uniform=is_uniform),
        what=str(KINDS.get(event.kind) or DESK_KINDS[event.kind]),
        cause="" if event.reason is None else str(CAUSES.get(event.reason) or REASONS[event.reason].what),
        reason="" if event.reason is None else event.reason.value,
        meaning="" if reason is None else str(MEANINGS.get(reason) or REASONS[reason].remedy),
        facts=tuple(
            fact for fact in (said_by, why, label, facts.get("address", ""), name_agent(facts.get("agent", ""))) if fact
        ),
        tone=tone,
    )


def _say_told(kind: EventKind, reason: Reason | None, *, is_uniform: bool) -> str:
    """Return the sentence that the user read, as far as there was one."""
    if reason is None or kind in _UNTOLD:
        return ""
    is_login = kind in (EventKind.LOGIN_REFUSED, EventKind.DECOY_ISSUED)
    if is_uniform and is_login and (reason in _UNSAID or kind is EventKind.DECOY_ISSUED):
        return str(gettext("(the usual second page, which no answer completes)"))
    if is_uniform and is_login:
        reason = Reason.LOGIN_FAILED
    return str(REASONS[reason].what).replace("%(wait)s", _SOME_WAIT)
