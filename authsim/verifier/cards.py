"""Three cards: the security card that computes, the printed code card, and the online one that helps out for a while.

Each is requested, waits, and becomes active by its first right answer. The security card's seed reaches its owner in a
letter (a text, here); the values of a code card are shown while it waits, and never again.
"""

import hmac
from dataclasses import dataclass, field
from typing import Final

from authsim import states
from authsim.errors import MessageError, Reason, RefusalError
from authsim.model import Factor, FactorId, FactorKind, Reach
from authsim.policy import DAY
from authsim.protocol import code_card, codes
from authsim.protocol.card_uri import SERIAL_DIGITS, CardUri
from authsim.protocol.codes import Purpose
from authsim.protocol.encodings import require_digits
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.factor_changes import (
    activate_factor,
    draft_factor,
    keep_draft,
    question_of,
    require_beside,
    take_try,
)
from authsim.verifier.factors import require_own, secret_of
from authsim.verifier.identity_proof import spend_verification
from authsim.verifier.prompts import require_number
from authsim.verifier.sessions import SignedIn, require_reach
from authsim.verifier.texting import write_letter

SEED_BYTES: Final = 32
_VALUES: Final = frozenset({FactorKind.CODE_CARD, FactorKind.ONLINE_CARD})


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """A code card that waits: its values, that of index number 1 first, and the two numbers that are asked."""

    factor: Factor
    values: tuple[str, ...] = field(repr=False)
    question: str


def request_security_card(verifier: Verifier, signed_in: SignedIn) -> Factor:
    """Send a security card to the user; it waits for its first answer. Another that waits is replaced.

    Refuses with `SECOND_FACTOR_REQUIRED`, `OUT_OF_REACH`, `FACTOR_CLASH`, `NO_PHONE_NUMBER` (nowhere to send it) and
    `VERIFICATION_REQUIRED`.
    """
    now_ms = verifier.clock.now_ms()
    require_reach(signed_in, Reach.FULL)
    user = signed_in.user
    require_beside(verifier, user, FactorKind.SECURITY_CARD, now_ms=now_ms)
    number = require_number(user)
    spend_verification(verifier, signed_in, Purpose.ADD_DEVICE)
    seed = Secret(verifier.entropy.token_bytes(SEED_BYTES))
    serial = f"{verifier.entropy.randbelow(10**SERIAL_DIGITS):0{SERIAL_DIGITS}d}"
    factor = draft_factor(verifier, user, FactorKind.SECURITY_CARD, secret=seed, serial=serial, now_ms=now_ms)
    card = CardUri(instance_id=verifier.instance.instance_id, serial=serial, seed=seed)
    text = write_letter(verifier, user, number, card=card, now_ms=now_ms)
    return keep_draft(verifier, user, factor, client=signed_in.session.client, text=text)


def request_code_card(verifier: Verifier, signed_in: SignedIn) -> Factor:
    """Make a code card, to be printed at once; it waits for two of its values.

    Refuses with `SECOND_FACTOR_REQUIRED`, `OUT_OF_REACH`, `FACTOR_CLASH` and `VERIFICATION_REQUIRED`.
    """
    now_ms = verifier.clock.now_ms()
    require_reach(signed_in, Reach.FULL)
    require_beside(verifier, signed_in.user, FactorKind.CODE_CARD, now_ms=now_ms)
    spend_verification(verifier, signed_in, Purpose.ADD_DEVICE)
    return _print_card(verifier, signed_in, FactorKind.CODE_CARD, now_ms=now_ms, expires_ms=None)


def request_online_card(verifier: Verifier, signed_in: SignedIn) -> Factor:
    """Make an online card, good for `policy.online_card_days` from now; it waits for two of its values.

    It is all that a passcode opens when its full access is over, and then takes no other proof. Refuses as
    `request_code_card`.
    """
    now_ms = verifier.clock.now_ms()
    require_reach(signed_in, Reach.FULL, Reach.CARD_ONLY)
    require_beside(verifier, signed_in.user, FactorKind.ONLINE_CARD, now_ms=now_ms)
    if signed_in.session.reach is Reach.FULL:
        spend_verification(verifier, signed_in, Purpose.ADD_DEVICE)
    expires_ms = now_ms + verifier.policy.online_card_days * DAY
    return _print_card(verifier, signed_in, FactorKind.ONLINE_CARD, now_ms=now_ms, expires_ms=expires_ms)


def card_values(verifier: Verifier, signed_in: SignedIn, factor_id: FactorId) -> CardView:
    """Return what is printed on a code card that waits to be activated.

    Refuses with `SECOND_FACTOR_REQUIRED`, `OUT_OF_REACH` and `FACTOR_EXPIRED`; with `FACTOR_UNKNOWN`, also once it is
    active, because its values are not shown twice, and for one that is being shared: its owner has it.
    """
    now_ms = verifier.clock.now_ms()
    factor = _require_waiting(verifier, signed_in, factor_id, now_ms=now_ms)
    if factor.kind not in _VALUES or factor.shared_factor_id is not None:
        raise RefusalError(Reason.FACTOR_UNKNOWN)
    seed = secret_of(verifier, factor)
    values = tuple(code_card.compute_value(seed, index) for index in range(1, code_card.INDEXES + 1))
    return CardView(factor=factor, values=values, question=question_of(verifier, factor))


def card_question(verifier: Verifier, signed_in: SignedIn, factor_id: FactorId) -> str:
    """Return what a card that waits is asked, also one that is being shared. Refuses as `card_values`."""
    now_ms = verifier.clock.now_ms()
    return question_of(verifier, _require_waiting(verifier, signed_in, factor_id, now_ms=now_ms))


def confirm_security_card(verifier: Verifier, signed_in: SignedIn, factor_id: FactorId, response: str) -> Factor:
    """Judge a security card's first response; a right one makes it active.

    Refuses as `card_values`; with `MALFORMED_RESPONSE`, which counts nothing; with `WRONG_RESPONSE`
    (`attempts_remaining`) and `CODE_TRIES_SPENT`; with `FACTOR_CLASH`.
    """
    return _confirm(verifier, signed_in, factor_id, response, frozenset({FactorKind.SECURITY_CARD}))


def confirm_code_card(verifier: Verifier, signed_in: SignedIn, factor_id: FactorId, answer: str) -> Factor:
    """Judge the two values that were asked of a code card; right ones make it active. As `confirm_security_card`."""
    return _confirm(verifier, signed_in, factor_id, answer, _VALUES)


def require_card_answer(verifier: Verifier, signed_in: SignedIn, factor: Factor, answer: str, *, now_ms: int) -> None:
    """Return when the answer to `question_of` is right: counted first, compared in constant time."""
    typed = _require_typed(factor, answer)
    # (2) count the try, durably, and (3) the limit
    tries, client = verifier.policy.confirmation_tries, signed_in.session.client
    remaining = take_try(verifier, factor, tries=tries, client=client, now_ms=now_ms)
    # (6) recompute, and (7) the one constant-time comparison
    seed, question = secret_of(verifier, factor), question_of(verifier, factor)
    if factor.kind is FactorKind.SECURITY_CARD:
        expected = codes.compute_card_response(seed, question)
    else:
        expected = code_card.compute_answer(seed, question)
    if not hmac.compare_digest(expected.encode("ascii"), typed.encode("ascii")):
        raise RefusalError(Reason.WRONG_RESPONSE, attempts_remaining=remaining)


def _confirm(
    verifier: Verifier, signed_in: SignedIn, factor_id: FactorId, answer: str, kinds: frozenset[FactorKind]
) -> Factor:
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    # (1) known? (4) still waiting? (5) fresh?
    factor = _require_waiting(verifier, signed_in, factor_id, now_ms=now_ms)
    if factor.kind not in kinds or factor.shared_factor_id is not None:
        raise RefusalError(Reason.FACTOR_UNKNOWN)
    require_card_answer(verifier, signed_in, factor, answer, now_ms=now_ms)
    # (8) activate: wins once, and (9) the record goes with it
    return activate_factor(verifier, signed_in.user, factor, client=signed_in.session.client, now_ms=now_ms)


def _require_waiting(verifier: Verifier, signed_in: SignedIn, factor_id: FactorId, *, now_ms: int) -> Factor:
    require_reach(signed_in, Reach.FULL, Reach.CARD_ONLY)
    factor = require_own(verifier, signed_in.user, factor_id, now_ms=now_ms)
    if factor.kind is not FactorKind.ONLINE_CARD:
        require_reach(signed_in, Reach.FULL)
    if factor.state is not states.Factor.PENDING:
        raise RefusalError(Reason.FACTOR_UNKNOWN)
    return factor


def _require_typed(factor: Factor, answer: str) -> str:
    try:
        if factor.kind is FactorKind.SECURITY_CARD:
            return require_digits(answer, length=codes.RESPONSE_DIGITS)
        return code_card.require_answer(answer)
    except MessageError:
        raise RefusalError(Reason.MALFORMED_RESPONSE) from None


def _print_card(
    verifier: Verifier, signed_in: SignedIn, kind: FactorKind, *, now_ms: int, expires_ms: int | None
) -> Factor:
    seed = Secret(verifier.entropy.token_bytes(SEED_BYTES))
    factor = draft_factor(verifier, signed_in.user, kind, secret=seed, now_ms=now_ms, expires_ms=expires_ms)
    return keep_draft(verifier, signed_in.user, factor, client=signed_in.session.client)
