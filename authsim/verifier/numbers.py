"""The mobile number: another one, and the texted code that proves whose it is.

A number that its user verified receives login codes (the factor `TEXT`), as long as no lasting device is active. While
the code is on its way it belongs to a `TEXT` factor that waits; only a MAC of it is kept, which fits that number alone.
"""

import hmac
from dataclasses import replace

from authsim import states
from authsim.errors import MessageError, Reason, RefusalError
from authsim.events import Event, EventKind
from authsim.factor_rules import Meeting, meet
from authsim.model import Channel, Factor, FactorId, FactorKind, Reach, User
from authsim.policy import SECOND
from authsim.protocol.add_user import code_transcript
from authsim.protocol.codes import Purpose
from authsim.protocol.encodings import require_digits
from authsim.verifier import Verifier, limits
from authsim.verifier.factor_changes import activate_factor, close_factor, keep_draft, take_try
from authsim.verifier.factors import kind_of, kinds_taken, list_open, offered
from authsim.verifier.identity_proof import spend_verification
from authsim.verifier.number_rules import require_phone
from authsim.verifier.prompts import CODE_DIGITS, draw_code, require_number, require_text
from authsim.verifier.records import client_facts
from authsim.verifier.sessions import SignedIn, require_reach
from authsim.verifier.texting import Use, write_code
from authsim.verifier.tokens import draw_id


def change_number(verifier: Verifier, signed_in: SignedIn, number: str) -> None:
    """Keep another number, which is not verified yet: until it is, no login code goes anywhere.

    Raises `MessageError` for one that is not fictional. Refuses with `SECOND_FACTOR_REQUIRED`, `OUT_OF_REACH` and
    `VERIFICATION_REQUIRED`.
    """
    now_ms = verifier.clock.now_ms()
    require_reach(signed_in, Reach.FULL)
    phone = require_phone(number)
    spend_verification(verifier, signed_in, Purpose.CHANGE_CONTACT)
    event = _event(EventKind.NUMBER_SET, signed_in, now_ms=now_ms)
    verifier.store.users.set_phone(signed_in.user.user_id, phone, verified_ms=None, event=event)


def begin_number_verification(verifier: Verifier, signed_in: SignedIn) -> None:
    """Text a code to the user's number; the one before is worth nothing then.

    Refuses with `SECOND_FACTOR_REQUIRED`, `OUT_OF_REACH`, `NO_PHONE_NUMBER`, `TEXT_TOO_SOON` (`retry_after_ms`) and
    `TEXTS_SPENT`.
    """
    now_ms = verifier.clock.now_ms()
    require_reach(signed_in, Reach.FULL)
    user = signed_in.user
    number = require_number(user)
    _require_pause(verifier, user, now_ms=now_ms)
    limits.take_text(verifier, user.user_id, now_ms=now_ms)
    code = draw_code(verifier)
    factor = Factor(
        factor_id=FactorId(draw_id(verifier.entropy)),
        user_id=user.user_id,
        kind=FactorKind.TEXT,
        state=states.Factor.PENDING,
        made_ms=now_ms,
    )
    kept = replace(factor, secret_hash=_mac_of(verifier, factor, number, code.reveal_text()))
    text = write_code(verifier, user, number, use=Use.VERIFY, code=code, channel=Channel.TEXT, now_ms=now_ms)
    keep_draft(verifier, user, kept, client=signed_in.session.client, text=text)


def complete_number_verification(verifier: Verifier, signed_in: SignedIn, code: str) -> None:
    """Judge the texted code; a right one marks the number as verified, and lets it receive login codes where it may.

    Refuses with `SECOND_FACTOR_REQUIRED`, `OUT_OF_REACH` and `NO_PHONE_NUMBER`; with `PROMPT_EXPIRED` when no code is
    on its way; with `MALFORMED_RESPONSE`, which counts nothing; with `WRONG_CODE` (`attempts_remaining`) and
    `CODE_TRIES_SPENT`.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    require_reach(signed_in, Reach.FULL)
    user, client = signed_in.user, signed_in.session.client
    number = require_number(user)
    # (1) known? (4) still waiting? (5) fresh?
    factor = _find_waiting(verifier, user, now_ms=now_ms)
    try:
        typed = require_digits(code, length=CODE_DIGITS)
    except MessageError:
        raise RefusalError(Reason.MALFORMED_RESPONSE) from None
    # (2) count the try, durably, and (3) the limit
    remaining = take_try(verifier, factor, tries=verifier.policy.sms_code_tries, client=client, now_ms=now_ms)
    # (6) recompute, and (7) the one constant-time comparison
    if not hmac.compare_digest(factor.secret_hash or "", _mac_of(verifier, factor, number, typed)):
        raise RefusalError(Reason.WRONG_CODE, attempts_remaining=remaining)
    # (8) keep, and (9) record
    event = _event(EventKind.NUMBER_VERIFIED, signed_in, now_ms=now_ms)
    verifier.store.users.set_phone(user.user_id, number, verified_ms=now_ms, event=event)
    if _may_receive(verifier, user, now_ms=now_ms):
        activate_factor(verifier, user, factor, client=client, now_ms=now_ms)
    else:
        close_factor(verifier, factor, states.FactorEvent.REVOKE, client=client, now_ms=now_ms)


def _may_receive(verifier: Verifier, user: User, *, now_ms: int) -> bool:
    """Say whether login codes may come by text: not beside a lasting device, and not where no login takes them."""
    held = {kind_of(one) for one in offered(verifier, user, now_ms=now_ms)}
    is_refused = any(meet(one, FactorKind.TEXT) is Meeting.REFUSED for one in held)
    return FactorKind.TEXT in kinds_taken(verifier.policy) and not is_refused


def _require_pause(verifier: Verifier, user: User, *, now_ms: int) -> None:
    """Refuse a text that follows another one too soon, whichever of them was for a login.

    A code that was answered rightly makes nobody wait; one whose tries are spent does, like one that waits.
    """
    require_text(verifier, user, None, now_ms=now_ms)
    for factor in verifier.store.factors.list_of(user.user_id):
        ends_ms = factor.made_ms + verifier.policy.sms_resend_seconds * SECOND
        is_unanswered = factor.activated_ms is None and (user.phone_verified_ms or 0) < factor.made_ms
        if factor.kind is FactorKind.TEXT and is_unanswered and ends_ms > now_ms:
            raise RefusalError(Reason.TEXT_TOO_SOON, retry_after_ms=ends_ms - now_ms)


def _find_waiting(verifier: Verifier, user: User, *, now_ms: int) -> Factor:
    for factor in list_open(verifier, user, now_ms=now_ms):
        if factor.kind is FactorKind.TEXT and factor.state is states.Factor.PENDING:
            return factor
    raise RefusalError(Reason.PROMPT_EXPIRED)


def _mac_of(verifier: Verifier, factor: Factor, number: str, code: str) -> str:
    """Return what is kept of a code: it fits one user, one sending and one number."""
    transcript = code_transcript(user_id=factor.user_id, flow_id=factor.factor_id, code=f"{number} {code}")
    return verifier.vault.mac(transcript).hex()


def _event(kind: EventKind, signed_in: SignedIn, *, now_ms: int) -> Event:
    facts = client_facts(signed_in.session.client)
    return Event(kind=kind, at_ms=now_ms, user_id=signed_in.user.user_id, facts=facts)
