"""A passcode that helps out when every device is lost: one text to the user's own number, and a hash in the store.

It opens everything for a while, then the online card alone; which session it opens is told by `factors.reach_of`. No
two follow one another: between them something lasting must have become active. Nobody but its reader ever sees it.
"""

from typing import Final

from authsim import states
from authsim.errors import Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.factor_rules import WORTH
from authsim.model import Factor, FactorId, FactorKind, Reach, User
from authsim.policy import SECOND
from authsim.protocol.codes import Purpose
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.factors import list_open
from authsim.verifier.identity_proof import spend_verification
from authsim.verifier.prompts import require_number
from authsim.verifier.sessions import SignedIn, require_reach
from authsim.verifier.texting import write_passcode
from authsim.verifier.tokens import draw_id
from authsim.verifier.topics import inbox_topic, publish

CHARACTERS: Final = 16
#: Phones that were never active.
_UNUSED: Final = frozenset({states.Device.PENDING, states.Device.EXPIRED})
_GROUP: Final = 4
#: Crockford's, without I, L, O and U: 5 bits each.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def issue_passcode(verifier: Verifier, user: User, *, by: str, reason: str) -> Factor:
    """Text a temporary passcode to the user's number; the record says `by` whom, and the `reason` that was given.

    Refuses with `NO_PHONE_NUMBER`, with `PASSCODE_STILL_VALID` while one is, and with `PASSCODE_NOT_AGAIN` when nothing
    lasting became active since the one before.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    number = require_number(user)
    _require_due(verifier, user, now_ms=now_ms)
    policy = verifier.policy
    code = "".join(_ALPHABET[verifier.entropy.randbelow(len(_ALPHABET))] for _ in range(CHARACTERS))
    full_until_ms = now_ms + policy.passcode_full_seconds * SECOND
    factor = Factor(
        factor_id=FactorId(draw_id(verifier.entropy)),
        user_id=user.user_id,
        kind=FactorKind.TEMPORARY_PASSCODE,
        state=states.Factor.ACTIVE,
        # slow, and therefore outside any change of the store
        secret_hash=verifier.passwords.hash(Secret(code)),
        made_ms=now_ms,
        activated_ms=now_ms,
        full_until_ms=full_until_ms,
        expires_ms=full_until_ms + policy.passcode_limited_seconds * SECOND,
    )
    shown = Secret("-".join(code[start : start + _GROUP] for start in range(0, CHARACTERS, _GROUP)))
    text = write_passcode(verifier, user, number, code=shown, now_ms=now_ms)
    facts = {"by": by, "reason": reason}
    event = Event(kind=EventKind.PASSCODE_ISSUED, at_ms=now_ms, user_id=user.user_id, facts=facts)
    try:
        verifier.store.factors.add(factor, closes=frozenset(), text=text, event=event)
    except StoreConflictError:
        raise RefusalError(Reason.PASSCODE_STILL_VALID) from None
    publish(verifier.bus, inbox_topic(number))
    return factor


def issue_own_passcode(verifier: Verifier, signed_in: SignedIn) -> Factor:
    """Text a passcode to whoever asks for it inside the portal, before a journey without devices.

    Refuses with `SECOND_FACTOR_REQUIRED`, `OUT_OF_REACH`, `VERIFICATION_REQUIRED`, and as `issue_passcode`.
    """
    require_reach(signed_in, Reach.FULL)
    spend_verification(verifier, signed_in, Purpose.TEMPORARY_PASSCODE)
    return issue_passcode(verifier, signed_in.user, by="user", reason="")


def _require_due(verifier: Verifier, user: User, *, now_ms: int) -> None:
    """Return when the user may have a passcode: none is valid, and none follows another."""
    open_ = list_open(verifier, user, now_ms=now_ms)  # which writes what has expired
    if any(factor.kind is FactorKind.TEMPORARY_PASSCODE for factor in open_):
        raise RefusalError(Reason.PASSCODE_STILL_VALID)
    factors = verifier.store.factors.list_of(user.user_id)
    last_ms = max((one.made_ms for one in factors if one.kind is FactorKind.TEMPORARY_PASSCODE), default=None)
    if last_ms is None:
        return
    lasting = [one.activated_ms or 0 for one in factors if WORTH[one.kind].is_lasting]
    lasting += [one.activated_ms for one in verifier.store.devices.list_of(user.user_id) if one.state not in _UNUSED]
    if max(lasting, default=0) <= last_ms:
        raise RefusalError(Reason.PASSCODE_NOT_AGAIN)
