"""What a user does with second factors of their own: add an authenticator app, remove any; the cards and the number.

An app's key is shown until its first code proves that it was read. That code's time step is kept, so that it opens
nothing afterwards. Cards are `cards`, the number is `numbers`, another user's card `sharing`, a passcode
`temporary_passcode`.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from authsim import states
from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.factor_rules import WORTH
from authsim.model import Factor, FactorId, FactorKind, PortalSession, Reach, UserId
from authsim.protocol import totp
from authsim.protocol.codes import Purpose
from authsim.protocol.encodings import require_digits
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.cards import (
    card_question,
    card_values,
    confirm_code_card,
    confirm_security_card,
    request_code_card,
    request_online_card,
    request_security_card,
)
from authsim.verifier.factor_changes import (
    activate_factor,
    close_factor,
    draft_factor,
    keep_draft,
    require_beside,
    take_try,
)
from authsim.verifier.factors import require_own, secret_of
from authsim.verifier.identity_proof import spend_verification
from authsim.verifier.numbers import begin_number_verification, change_number, complete_number_verification
from authsim.verifier.records import client_facts
from authsim.verifier.sessions import SignedIn, require_reach
from authsim.verifier.topics import publish, session_topic

__all__: Final = [
    "AppOffer",
    "begin_authenticator_app",
    "begin_number_verification",
    "card_question",
    "card_values",
    "change_number",
    "complete_number_verification",
    "confirm_authenticator_app",
    "confirm_code_card",
    "confirm_security_card",
    "remove_factor",
    "request_code_card",
    "request_online_card",
    "request_security_card",
    "show_authenticator_app",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppOffer:
    """What the page shows of an app's key: `uri` as a QR code that any authenticator app reads, `typed` to type."""

    factor: Factor
    uri: Secret
    typed: Secret


def begin_authenticator_app(verifier: Verifier, signed_in: SignedIn) -> AppOffer:
    """Draw the key of a new authenticator app, good for as long as any code on a screen; one that waits is replaced.

    Refuses with `SECOND_FACTOR_REQUIRED`, `OUT_OF_REACH`, `FACTOR_CLASH` and `VERIFICATION_REQUIRED`.
    """
    now_ms = verifier.clock.now_ms()
    require_reach(signed_in, Reach.FULL)
    user = signed_in.user
    require_beside(verifier, user, FactorKind.AUTHENTICATOR_APP, now_ms=now_ms)
    spend_verification(verifier, signed_in, Purpose.ADD_DEVICE)
    key = Secret(verifier.entropy.token_bytes(totp.KEY_BYTES))
    factor = draft_factor(verifier, user, FactorKind.AUTHENTICATOR_APP, secret=key, now_ms=now_ms)
    keep_draft(verifier, user, factor, client=signed_in.session.client)
    return _offer(factor, key, signed_in)


def show_authenticator_app(verifier: Verifier, signed_in: SignedIn, factor_id: FactorId) -> AppOffer:
    """Return the key again while the app waits for its first code: the same at each reload.

    Refuses with `SECOND_FACTOR_REQUIRED`, `OUT_OF_REACH`, `FACTOR_EXPIRED` and, also once it is active, with
    `FACTOR_UNKNOWN`.
    """
    factor = _require_waiting(verifier, signed_in, factor_id, now_ms=verifier.clock.now_ms())
    return _offer(factor, secret_of(verifier, factor), signed_in)


def confirm_authenticator_app(verifier: Verifier, signed_in: SignedIn, factor_id: FactorId, code: str) -> Factor:
    """Judge an app's first code; a right one makes it active, and is used with that.

    Refuses as `show_authenticator_app`; with `MALFORMED_RESPONSE`, which counts nothing; with `WRONG_CODE`
    (`attempts_remaining`) and `CODE_TRIES_SPENT`; with `FACTOR_CLASH`.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    # (1) known? (4) still waiting? (5) fresh?
    factor = _require_waiting(verifier, signed_in, factor_id, now_ms=now_ms)
    drift, client = verifier.policy.authenticator_app_drift, signed_in.session.client
    try:
        typed = require_digits(code, length=totp.DIGITS)
    except MessageError:
        raise RefusalError(Reason.MALFORMED_RESPONSE) from None
    # (2) count the try, durably, and (3) the limit
    remaining = take_try(verifier, factor, tries=verifier.policy.login_code_tries, client=client, now_ms=now_ms)
    # (6) recompute and (7) compare in constant time
    step = totp.find_step(secret_of(verifier, factor), typed, now_ms=now_ms, drift=drift)
    if step is None:
        raise RefusalError(Reason.WRONG_CODE, attempts_remaining=remaining)
    # (8) activate: wins once, and (9) the record goes with it
    return activate_factor(verifier, signed_in.user, factor, step=step, client=client, now_ms=now_ms)


def remove_factor(verifier: Verifier, signed_in: SignedIn, factor_id: FactorId) -> None:
    """Take a factor out of use for good, with whoever shares it; other sessions that it opened end, theirs too.

    One that only waits goes without a proof of identity. Refuses with `SECOND_FACTOR_REQUIRED`, `OUT_OF_REACH`,
    `FACTOR_UNKNOWN`, `FACTOR_EXPIRED` and `VERIFICATION_REQUIRED`.
    """
    now_ms = verifier.clock.now_ms()
    require_reach(signed_in, Reach.FULL)
    factor = require_own(verifier, signed_in.user, factor_id, now_ms=now_ms)
    if factor.state is states.Factor.ACTIVE:
        spend_verification(verifier, signed_in, Purpose.ADD_DEVICE)
    close_factor(verifier, factor, states.FactorEvent.REVOKE, client=signed_in.session.client, now_ms=now_ms)
    for user_id in _find_users(verifier, factor):
        _end_opened(verifier, factor, user_id, by=signed_in.session, now_ms=now_ms)


def _find_users(verifier: Verifier, factor: Factor) -> Sequence[UserId]:
    """Return who logged in with a factor: its user, and whoever shares it or did."""
    if not WORTH[factor.kind].is_shareable:
        return [factor.user_id]
    store = verifier.store
    sharing = [
        user.user_id
        for user in store.users.list_all()
        if any(one.shared_factor_id == factor.factor_id for one in store.factors.list_of(user.user_id))
    ]
    return [factor.user_id, *sharing]


def _end_opened(verifier: Verifier, factor: Factor, user_id: UserId, *, by: PortalSession, now_ms: int) -> None:
    """End a user's sessions that this kind of factor opened, but the one in which it is removed (`by`)."""
    for session in verifier.store.sessions.list_open(user_id, now_ms=now_ms):
        if session.proof is factor.kind and session.session_id != by.session_id:
            facts = client_facts(by.client if user_id == factor.user_id else session.client)
            event = Event(kind=EventKind.SESSION_ENDED, at_ms=now_ms, user_id=user_id, facts=facts)
            with suppress(StoreConflictError):  # it ended by itself
                verifier.store.sessions.end(session.session_id, user_id, now_ms=now_ms, event=event)
            publish(verifier.bus, session_topic(session.session_id))


def _require_waiting(verifier: Verifier, signed_in: SignedIn, factor_id: FactorId, *, now_ms: int) -> Factor:
    require_reach(signed_in, Reach.FULL)
    factor = require_own(verifier, signed_in.user, factor_id, now_ms=now_ms)
    if factor.state is not states.Factor.PENDING or factor.kind is not FactorKind.AUTHENTICATOR_APP:
        raise RefusalError(Reason.FACTOR_UNKNOWN)
    return factor


def _offer(factor: Factor, key: Secret, signed_in: SignedIn) -> AppOffer:
    uri = totp.format_otpauth_uri(key, user_label=signed_in.user.name)
    return AppOffer(factor=factor, uri=uri, typed=totp.format_typed_key(key))
