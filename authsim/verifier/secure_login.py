"""The secure login system's settings of a user: whether a login sends a notification to the phone.

Without notifications a login still takes a QR code or a challenge, so nothing here weakens it; it takes two factors all
the same, because whoever may switch them off could hide a login that the user would have declined.
"""

from dataclasses import replace

from authsim.events import Event, EventKind
from authsim.verifier import Verifier
from authsim.verifier.sessions import SignedIn, require_two_factors


def set_seamless(verifier: Verifier, signed_in: SignedIn, is_seamless: bool) -> SignedIn:
    """Switch notifications at login on or off, and return the session with its user as changed.

    Refuses with `SECOND_FACTOR_REQUIRED`. Setting what is set already changes nothing.
    """
    now_ms = verifier.clock.now_ms()
    user = require_two_factors(signed_in).user
    if user.is_seamless is not is_seamless:
        event = Event(
            kind=EventKind.SEAMLESS_SET,
            at_ms=now_ms,
            user_id=user.user_id,
            facts={"by": "user", "seamless": "on" if is_seamless else "off"},
        )
        verifier.store.users.set_seamless(user.user_id, is_seamless, event=event)
    return replace(signed_in, user=replace(user, is_seamless=is_seamless))
