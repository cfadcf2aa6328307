"""The session of a gateway-compatible front, which all programs of a machine share: global to the portal, no cookie's.

It rests on the portal session of the newest login (programs call that SSO) and ends with it. On top lies the brokerage
session: it falls asleep when no program calls, it can be logged out and begun again without another login, and a login
of the same user elsewhere competes with it. Nothing here proves who somebody is: whoever asks has been on this machine,
and is told no secret.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from authsim.errors import Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import Authenticated, Factors, GatewaySession, GatewayStanding, PortalSession, Reach
from authsim.policy import SECOND
from authsim.states import BROKERAGE, Brokerage, BrokerageEvent, next_state
from authsim.verifier import Verifier
from authsim.verifier.records import client_facts, require_row
from authsim.verifier.sessions import end_session_at, is_open, note_expiry
from authsim.verifier.tokens import draw_id

#: A call is written at most this often, as with a browser's last-seen: either session may end this much too early.
TOUCH_EVERY_MS: Final = 5 * SECOND
#: How often others may come in between before the store is said to be busy.
MOST_TRIES: Final = 8
#: What a session reaches that the front answers for.
_REACHES: Final = frozenset({Reach.FULL, Reach.RESTRICTED})


def open_gateway(verifier: Verifier, proof: Authenticated) -> None:
    """Let a login that was just completed become the session of the front, with its brokerage session up.

    A session that reaches less than the portal (a card's) becomes none, nor does one that a newer login has overtaken.
    """
    if proof.session.reach not in _REACHES:
        return
    now_ms = verifier.clock.now_ms()
    gateway = GatewaySession(
        handle=draw_id(verifier.entropy),
        session_id=proof.session.session_id,
        brokerage=Brokerage.UP,
        began_ms=now_ms,
        called_ms=now_ms,
    )
    event = _event(EventKind.BROKERAGE_BEGUN, proof.session, now_ms=now_ms)
    verifier.store.gateways.open(gateway, event=event)


def require_gateway(verifier: Verifier) -> GatewayStanding:
    """Return how the front stands, and note the call. Refuses with `SESSION_EXPIRED` when nobody is logged in.

    A brokerage session that was not called for long is found asleep; that is written, and the call does not wake it.
    """
    return _look(verifier, now_ms=verifier.clock.now_ms())


def begin_brokerage(verifier: Verifier, *, compete: bool) -> GatewayStanding:
    """Begin the brokerage session if it is not up, and return how the front stands.

    A rival is left alone, and goes on competing, unless `compete`: then its sessions end, once the brokerage session
    has begun; who loses that to another request ends nobody's. Refuses as `require_gateway`.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    standing = _look(verifier, now_ms=now_ms)
    is_up = standing.gateway.brokerage is Brokerage.UP
    if is_up and not (standing.is_competing and compete):
        return standing
    return _begin(verifier, standing, compete=compete, now_ms=now_ms)


def reauthenticate(verifier: Verifier) -> GatewayStanding:
    """Begin a brokerage session that sleeps or was logged out; a rival gives way to it. One that is up stays as it is.

    Refuses as `require_gateway`.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    standing = _look(verifier, now_ms=now_ms)
    if standing.gateway.brokerage is Brokerage.UP:
        return standing
    return _begin(verifier, standing, compete=True, now_ms=now_ms)


def log_out(verifier: Verifier) -> None:
    """Log the brokerage session out, and keep the portal session: it begins again without another login.

    Refuses as `require_gateway`; `StoreConflictError` when others changed it all the while.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    for _ in range(MOST_TRIES):
        standing = _look(verifier, now_ms=now_ms)
        if standing.gateway.brokerage is Brokerage.LOGGED_OUT:
            return
        try:
            move_brokerage(verifier, standing.gateway, BrokerageEvent.LOG_OUT, standing.session, now_ms=now_ms)
        except StoreConflictError:  # it became another at this very moment
            continue
        return
    raise _changing()


def _look(verifier: Verifier, *, now_ms: int) -> GatewayStanding:
    for _ in range(MOST_TRIES):
        gateway, session = _find_open(verifier, now_ms=now_ms)
        try:
            settled = _settle(verifier, gateway, session, now_ms=now_ms)
        except StoreConflictError:  # it was called, or became another, at this very moment
            continue
        return _stand(verifier, settled, session, now_ms=now_ms)
    raise _changing()


def _find_open(verifier: Verifier, *, now_ms: int) -> tuple[GatewaySession, PortalSession]:
    # (1) known?
    gateway = verifier.store.gateways.get()
    session = None if gateway is None else verifier.store.sessions.get(gateway.session_id)
    if gateway is None or session is None:
        raise RefusalError(Reason.SESSION_EXPIRED)
    # (4) still open? (5) fresh?
    if not is_open(session, verifier.policy, now_ms=now_ms):
        note_expiry(verifier, session, now_ms=now_ms)
        raise RefusalError(Reason.SESSION_EXPIRED)
    return gateway, session


def _stand(verifier: Verifier, gateway: GatewaySession, session: PortalSession, *, now_ms: int) -> GatewayStanding:
    """Note the call, and return how the front stands."""
    gateway, session = _note_call(verifier, gateway, session, now_ms=now_ms)
    idle_ends_ms = session.last_seen_ms + verifier.policy.session_idle_seconds * SECOND
    return GatewayStanding(
        gateway=gateway,
        session=session,
        user=require_row(verifier.store.users.get(session.user_id)),
        is_competing=gateway.brokerage is Brokerage.UP and bool(_list_rivals(verifier, session, now_ms=now_ms)),
        expires_ms=min(session.expires_ms, idle_ends_ms),
    )


def _settle(verifier: Verifier, gateway: GatewaySession, session: PortalSession, *, now_ms: int) -> GatewaySession:
    """Return the front's session, its brokerage session asleep when no program called for long.

    `StoreConflictError` when it is another by now, or was called, so that it has to be looked at again.
    """
    idle_ms = verifier.policy.brokerage_idle_seconds * SECOND
    if gateway.brokerage is not Brokerage.UP or now_ms - gateway.called_ms < idle_ms:
        return gateway
    return move_brokerage(verifier, gateway, BrokerageEvent.FALL_ASLEEP, session, now_ms=now_ms)


def _note_call(
    verifier: Verifier, gateway: GatewaySession, session: PortalSession, *, now_ms: int
) -> tuple[GatewaySession, PortalSession]:
    """Note a call on both sessions, if the last one that was noted on either is long enough ago."""
    idle_seconds = min(verifier.policy.brokerage_idle_seconds, verifier.policy.session_idle_seconds)
    pause_ms = min(TOUCH_EVERY_MS, idle_seconds * SECOND // 10)
    if now_ms - min(gateway.called_ms, session.last_seen_ms) < pause_ms:
        return gateway, session
    verifier.store.gateways.touch(gateway.handle, now_ms=now_ms)
    verifier.store.sessions.touch(session.session_id, now_ms=now_ms)
    return replace(gateway, called_ms=now_ms), replace(session, last_seen_ms=now_ms)


def _begin(verifier: Verifier, standing: GatewayStanding, *, compete: bool, now_ms: int) -> GatewayStanding:
    """Begin the brokerage session, and end its rivals if it may: those that were there before it began."""
    rivals = _list_rivals(verifier, standing.session, now_ms=now_ms) if compete else ()
    try:
        move_brokerage(verifier, standing.gateway, BrokerageEvent.BEGIN, standing.session, now_ms=now_ms)
    except StoreConflictError:  # another request moved it
        return _look(verifier, now_ms=now_ms)
    for rival in rivals:
        end_session_at(verifier, rival, now_ms=now_ms)
    return _look(verifier, now_ms=now_ms)


def _list_rivals(verifier: Verifier, session: PortalSession, *, now_ms: int) -> list[PortalSession]:
    """Return the open sessions of the same user that later logins opened."""
    newest_first = verifier.store.sessions.list_open(session.user_id, now_ms=now_ms)
    ids = [one.session_id for one in newest_first]
    later = newest_first[: ids.index(session.session_id)] if session.session_id in ids else ()  # it has just ended
    return [other for other in later if _is_of_login(other) and is_open(other, verifier.policy, now_ms=now_ms)]


def _is_of_login(session: PortalSession) -> bool:
    """Say whether a whole login opened it: both factors at the portal, or whatever opens the trading device."""
    if session.reach is Reach.TRADING:
        return True
    return session.factors is Factors.TWO and session.reach in _REACHES


def move_brokerage(
    verifier: Verifier, gateway: GatewaySession, what: BrokerageEvent, session: PortalSession, *, now_ms: int
) -> GatewaySession:
    """Let something happen to the brokerage session, and return the session after it; raises as `ports.Gateways.move`.

    The row says what it was, and what it is unless it is up.
    """
    was, after = gateway.brokerage, next_state(BROKERAGE, gateway.brokerage, what)
    kind = EventKind.BROKERAGE_BEGUN if after is Brokerage.UP else EventKind.BROKERAGE_ENDED
    facts = {"was": was.value} if after is Brokerage.UP else {"was": was.value, "now": after.value}
    event = _event(kind, session, facts, now_ms=now_ms)
    return verifier.store.gateways.move(gateway, what, now_ms=now_ms, event=event)


def _changing() -> StoreConflictError:
    return StoreConflictError("the brokerage session changes all the while")


def _event(kind: EventKind, session: PortalSession, facts: Mapping[str, str] | None = None, *, now_ms: int) -> Event:
    return Event(
        kind=kind, at_ms=now_ms, user_id=session.user_id, facts={**client_facts(session.client), **(facts or {})}
    )
