"""What a user of a test holds beside a phone: factors put straight into the store, and a hand that answers for them."""

from dataclasses import dataclass

from authsim import states
from authsim.events import Event, EventKind
from authsim.model import Factor, FactorId, FactorKind, User
from authsim.protocol.code_card import compute_answer
from authsim.protocol.codes import compute_card_response
from authsim.protocol.totp import compute_totp
from authsim.secret import Secret
from authsim.verifier import Verifier, inbox
from authsim.verifier.sealing import seal_factor
from authsim.verifier.tokens import draw_id
from tests.support.adding import code_in

PASSCODE = "0123456789ABCDEF"
STEP_MS = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One active factor of one user, with its secret in the open."""

    verifier: Verifier
    user: User
    factor: Factor
    secret: Secret

    def answer(self, question: str = "") -> str:
        """What a person would type now; `question` is what the page shows of it, if anything."""
        kind = self.factor.kind
        if kind is FactorKind.TEXT:
            assert self.user.phone is not None
            return code_in(inbox.list_texts(self.verifier, self.user.phone)[-1].text)
        if kind is FactorKind.AUTHENTICATOR_APP:
            return compute_totp(self.secret, self.verifier.clock.now_ms() // STEP_MS)
        if kind is FactorKind.SECURITY_CARD:
            return compute_card_response(self.secret, question)
        if kind is FactorKind.TEMPORARY_PASSCODE:
            return PASSCODE
        return compute_answer(self.secret, question)


def give(verifier: Verifier, user: User, kind: FactorKind, *, is_active: bool = True) -> Held:
    """Let a user hold a factor of this kind, active or waiting; a text takes a number that is verified."""
    now_ms = verifier.clock.now_ms()
    factor_id = FactorId(draw_id(verifier.entropy))
    secret = Secret(verifier.entropy.token_bytes(20 if kind is FactorKind.AUTHENTICATOR_APP else 32))
    has_secret = kind not in (FactorKind.TEXT, FactorKind.TEMPORARY_PASSCODE)
    is_passcode = kind is FactorKind.TEMPORARY_PASSCODE
    policy = verifier.policy
    factor = Factor(
        factor_id=factor_id,
        user_id=user.user_id,
        kind=kind,
        state=states.Factor.ACTIVE if is_active else states.Factor.PENDING,
        serial="00170042" if has_secret and kind is not FactorKind.AUTHENTICATOR_APP else "",
        secret=seal_factor(verifier, secret, user_id=user.user_id, factor_id=factor_id) if has_secret else None,
        secret_hash=verifier.passwords.hash(Secret(PASSCODE)) if is_passcode else None,
        made_ms=now_ms,
        activated_ms=now_ms if is_active else None,
        full_until_ms=now_ms + policy.passcode_full_seconds * 1000 if is_passcode else None,
        expires_ms=now_ms + (policy.passcode_full_seconds + policy.passcode_limited_seconds) * 1000
        if is_passcode
        else None,
    )
    event = Event(kind=EventKind.FACTOR_ACTIVATED, at_ms=now_ms, user_id=user.user_id, facts={"kind": kind.value})
    verifier.store.factors.add(factor, closes=frozenset(), event=event)
    if kind is FactorKind.TEXT:
        assert user.phone is not None
        verified = Event(kind=EventKind.NUMBER_VERIFIED, at_ms=now_ms, user_id=user.user_id)
        verifier.store.users.set_phone(user.user_id, user.phone, verified_ms=now_ms, event=verified)
    return Held(verifier=verifier, user=user, factor=factor, secret=secret)
