"""What an operator gives the users of a class or of a demo from the start: second factors that are no phone.

Nobody proves anything here: an operator's word is enough, as for an activation code. Getting a factor as its own user,
with all that has to be proved, is told by the ceremonies.
"""

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.events import Event, EventKind
from authsim.factor_rules import closed_by
from authsim.model import Factor, FactorId, FactorKind, Sealed, User
from authsim.protocol.totp import format_otpauth_uri
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.sealing import seal_factor
from authsim.verifier.tokens import draw_id

#: RFC 4226 section 4: the length of the HMAC-SHA-1 that an authenticator app computes.
KEY_BYTES = 20


def give_authenticator_app(verifier: Verifier, user: User) -> Secret:
    """Give a user an active authenticator app, and return the URI that sets one up: it is shown this once."""
    now_ms = verifier.clock.now_ms()
    key = Secret(verifier.entropy.token_bytes(KEY_BYTES))
    factor_id = FactorId(draw_id(verifier.entropy))
    sealed = seal_factor(verifier, key, user_id=user.user_id, factor_id=factor_id)
    _give(verifier, user, FactorKind.AUTHENTICATOR_APP, factor_id, secret=sealed, now_ms=now_ms)
    return format_otpauth_uri(key, user_label=user.name)


def give_texts(verifier: Verifier, user: User) -> None:
    """Let a user log in with codes by text: the number counts as verified. Refuses with `NO_PHONE_NUMBER`."""
    now_ms = verifier.clock.now_ms()
    if user.phone is None:
        raise RefusalError(Reason.NO_PHONE_NUMBER)
    event = Event(kind=EventKind.NUMBER_VERIFIED, at_ms=now_ms, user_id=user.user_id, facts={"by": "operator"})
    verifier.store.users.set_phone(user.user_id, user.phone, verified_ms=now_ms, event=event)
    _give(verifier, user, FactorKind.TEXT, FactorId(draw_id(verifier.entropy)), secret=None, now_ms=now_ms)


def _give(
    verifier: Verifier, user: User, kind: FactorKind, factor_id: FactorId, *, secret: Sealed | None, now_ms: int
) -> None:
    factor = Factor(
        factor_id=factor_id,
        user_id=user.user_id,
        kind=kind,
        state=states.Factor.ACTIVE,
        secret=secret,
        made_ms=now_ms,
        activated_ms=now_ms,
    )
    event = Event(
        kind=EventKind.FACTOR_ACTIVATED,
        at_ms=now_ms,
        user_id=user.user_id,
        facts={"by": "operator", "kind": kind.value},
    )
    verifier.store.factors.add(factor, closes=closed_by(kind), event=event)
