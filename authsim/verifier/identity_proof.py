"""Proving once more who sits there, before something sensitive: name, password and second factor, for one purpose.

The phone or card answers for that purpose; what it answered for a login is worth nothing here. Completing it opens a
new session, which holds the proof for a short while; the sensitive ceremony spends it (`spend_verification`).
"""

from typing import Final

from authsim.errors import Reason, RefusalError, StoreConflictError, StoreStaleError
from authsim.model import Client, PendingLogin, Reach
from authsim.policy import SECOND
from authsim.protocol.codes import Purpose
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.asking import ask_first, draw_login, open_login
from authsim.verifier.factors import offered
from authsim.verifier.passwords import require_password
from authsim.verifier.records import refuse_login
from authsim.verifier.sessions import SignedIn, require_reach
from authsim.verifier.tokens import draw_token

#: What a session may be asked to prove.
PURPOSES: Final = frozenset(
    {Purpose.ADD_DEVICE, Purpose.SECURE_LOGIN, Purpose.TEMPORARY_PASSCODE, Purpose.CHANGE_CONTACT}
)


def begin_verification(
    verifier: Verifier, signed_in: SignedIn, *, name: str, password: Secret, purpose: Purpose, client: Client
) -> PendingLogin:
    """Judge the credentials as at any login, and ask for the second factor, for that purpose.

    Refuses with `SECOND_FACTOR_REQUIRED` and `OUT_OF_REACH`; as `require_password`, with `WRONG_PASSWORD` for another
    name than that of the session; as `begin_login`, with `SESSION_EXPIRED` when the password was replaced meanwhile.
    """
    if purpose not in PURPOSES:
        raise ValueError("this purpose is not proved inside a session")
    require_reach(signed_in, Reach.FULL)
    now_ms = verifier.clock.now_ms()
    if name != signed_in.user.name:
        raise refuse_login(
            verifier, Reason.WRONG_PASSWORD, now_ms=now_ms, user_id=signed_in.user.user_id, client=client
        )
    first = require_password(verifier, name=name, password=password, client=client)
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    token = draw_token(verifier.entropy)
    user = first.user
    offers = offered(verifier, user, now_ms=now_ms)
    if not offers:
        raise RefusalError(Reason.NO_ACTIVE_DEVICE)
    started = draw_login(verifier, user, token, mode=user.mode, client=client, now_ms=now_ms)
    opening = open_login(
        verifier,
        started,
        user=user,
        token=token,
        session_id=signed_in.session.session_id,
        purpose=purpose,
        now_ms=now_ms,
    )
    try:
        return ask_first(verifier, opening, offers, notify=True, now_ms=now_ms)
    except StoreStaleError:
        raise RefusalError(Reason.SESSION_EXPIRED) from None


def spend_verification(verifier: Verifier, signed_in: SignedIn, purpose: Purpose) -> None:
    """Return when this session proved a short while ago that its user is there for `purpose`, and spend the proof.

    One conditional update; refuses with `VERIFICATION_REQUIRED`.
    """
    now_ms = verifier.clock.now_ms()
    since_ms = now_ms - verifier.policy.verification_seconds * SECOND + 1
    try:
        verifier.store.sessions.spend_verification(signed_in.session.session_id, purpose=purpose, since_ms=since_ms)
    except StoreConflictError:
        raise RefusalError(Reason.VERIFICATION_REQUIRED) from None


def is_verified(verifier: Verifier, signed_in: SignedIn, purpose: Purpose) -> bool:
    """Say whether the proof for `purpose` stands, without spending it: a page asks for one only where it must."""
    session, now_ms = signed_in.session, verifier.clock.now_ms()
    ends_ms = (session.verified_ms or 0) + verifier.policy.verification_seconds * SECOND
    return session.verified_purpose == purpose and now_ms < ends_ms
