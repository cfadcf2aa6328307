"""A login of which nobody sees why it fails: two pages, the same for everybody, and one word at the end.

Whoever types a name and a password gets the second page: a challenge, a number, a QR code (`uniform_page`). Where the
first factor passed and a phone is active they belong to a real login; else to a decoy (`decoys`). Behind a decoy there
may be a login all the same, for somebody whose password was right and who has no active phone: it takes a temporary
passcode, or the code that confirms a new phone. What is answered there is `uniform_answers`.
"""

from contextlib import suppress
from typing import Final, cast

from authsim.errors import Reason, RefusalError, StoreStaleError
from authsim.events import Event, EventKind
from authsim.model import (
    Client,
    Device,
    FirstFactorPassed,
    Mode,
    SecureLogin,
    UniformLogin,
)
from authsim.protocol.codes import Purpose
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.asking import draw_login, open_login
from authsim.verifier.confirmation import find_unconfirmed
from authsim.verifier.decoys import (
    begin_decoy,
)
from authsim.verifier.login import begin_login
from authsim.verifier.passwords import require_password
from authsim.verifier.records import client_facts
from authsim.verifier.secure_login import stands
from authsim.verifier.tokens import draw_token
from authsim.verifier.trading_entry import EnteredTrading, enter_trading
from authsim.verifier.uniform_page import describe_decoy, describe_login, show_uniform_login

__all__: Final = ["begin_uniform_login", "begin_uniform_trading", "show_uniform_login"]

#: What only slows down, and says nothing about anybody: it is told before anything was looked up.
TOLD: Final = frozenset({Reason.SLOW_DOWN})


def begin_uniform_login(verifier: Verifier, *, name: str, password: Secret, mode: Mode, client: Client) -> UniformLogin:
    """Judge the first factor and return what the second page shows, whatever came out.

    Refuses only with `SLOW_DOWN` (`retry_after_ms`), which comes before the name is looked up.
    """
    now_ms = verifier.clock.now_ms()
    try:
        first = require_password(verifier, name=name, password=password, client=client)
    except RefusalError as refusal:
        return _begin_for_nobody(verifier, refusal, client=client, now_ms=now_ms)
    return _begin_for_user(verifier, first, mode=mode, notify=True, now_ms=now_ms)


def begin_uniform_trading(
    verifier: Verifier, *, name: str, password: Secret, client: Client
) -> UniformLogin | EnteredTrading:
    """As `begin_uniform_login`, on a trading device: it has no switch, and announces nothing to the phone.

    A user who has opted out of the secure login system is in: for them the password is all that is asked.
    """
    now_ms = verifier.clock.now_ms()
    try:
        first = require_password(verifier, name=name, password=password, client=client)
    except RefusalError as refusal:
        return _begin_for_nobody(verifier, refusal, client=client, now_ms=now_ms)
    if stands(first.user, now_ms=now_ms) is SecureLogin.OPTED_OUT:
        return cast("EnteredTrading", enter_trading(verifier, first))  # nobody is asked who has opted out
    return _begin_for_user(verifier, first, mode=first.user.mode, notify=False, now_ms=now_ms)


def _begin_for_nobody(verifier: Verifier, refusal: RefusalError, *, client: Client, now_ms: int) -> UniformLogin:
    """Show a decoy to somebody whose first factor did not pass."""
    if refusal.reason in TOLD:
        raise refusal
    return _begin_decoy(verifier, draw_token(verifier.entropy), refusal.reason, client=client, now_ms=now_ms)


def _begin_for_user(
    verifier: Verifier, first: FirstFactorPassed, *, mode: Mode, notify: bool, now_ms: int
) -> UniformLogin:
    """Begin the login of somebody whose first factor passed; what keeps it from being one is shown as a decoy."""
    if mode is not first.user.mode:
        return _refuse_in_silence(verifier, first, Reason.WRONG_MODE, now_ms=now_ms)
    waiting = find_unconfirmed(verifier, first.user, now_ms=now_ms)
    try:
        pending = begin_login(verifier, first, mode=None, notify=notify)
    except RefusalError as refusal:
        if refusal.reason is Reason.NO_ACTIVE_DEVICE:
            return _begin_confirmation(verifier, first, waiting, now_ms=now_ms)
        return _refuse_in_silence(verifier, first, refusal.reason, now_ms=now_ms)
    if pending.challenge is None or pending.push is None:  # a passcode is all that this user holds
        reason = Reason.NO_ACTIVE_DEVICE
        begin_decoy(verifier, pending.token, reason=reason, user=first.user, client=first.client, now_ms=now_ms)
        return show_uniform_login(verifier, token=pending.token)
    return describe_login(verifier, pending)


def _begin_decoy(
    verifier: Verifier,
    token: Secret,
    reason: Reason,
    *,
    client: Client,
    now_ms: int,
    first: FirstFactorPassed | None = None,
    has_looked: bool = False,
) -> UniformLogin:
    user = None if first is None else first.user
    decoy = begin_decoy(verifier, token, reason=reason, user=user, client=client, now_ms=now_ms, has_looked=has_looked)
    return describe_decoy(verifier, token, decoy)


def _refuse_in_silence(verifier: Verifier, first: FirstFactorPassed, reason: Reason, *, now_ms: int) -> UniformLogin:
    """Show a decoy to somebody whose password was right; only the record says what was not."""
    token = draw_token(verifier.entropy)
    return _begin_decoy(verifier, token, reason, client=first.client, now_ms=now_ms, first=first)


def _begin_confirmation(
    verifier: Verifier, first: FirstFactorPassed, waiting: Device | None, *, now_ms: int
) -> UniformLogin:
    """Show a decoy to a user without an active phone; behind it a login for the code of one that waits, if one does."""
    token, user, reason = draw_token(verifier.entropy), first.user, Reason.NO_ACTIVE_DEVICE
    shown = _begin_decoy(verifier, token, reason, client=first.client, now_ms=now_ms, first=first, has_looked=True)
    if waiting is None:
        return shown
    started = draw_login(verifier, user, token, mode=user.mode, client=first.client, now_ms=now_ms)
    opening = open_login(verifier, started, user=user, token=token, now_ms=now_ms, purpose=Purpose.ACTIVATION)
    event = Event(kind=EventKind.LOGIN_STARTED, at_ms=now_ms, user_id=user.user_id, facts=client_facts(first.client))
    with suppress(StoreStaleError):  # the password was replaced meanwhile: what is shown stays a decoy
        verifier.store.logins.offer(opening.login, judged=user.password_hash, events=[event])
    return shown
