"""The session of a gateway-compatible front, which all programs of a machine share: global to the portal, no cookie's.

It rests on the portal session of the newest login (programs call that SSO) and ends with it. On top lies the brokerage
session: it falls asleep when no program calls, it can be logged out and begun again without another login, and a login
of the same user elsewhere competes with it. Nothing here proves who somebody is: whoever asks has been on this machine,
and is told no secret.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Final

from authsim.errors import Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import Authenticated, GatewaySession, GatewayStanding, PortalSession, Reach
from authsim.policy import SECOND
from authsim.states import Brokerage, BrokerageEvent
from authsim.verifier import Verifier
from authsim.verifier.records import client_facts, require_row
from authsim.verifier.sessions import end_session, is_open
from authsim.verifier.tokens import draw_id

#: A call is written at most this often, as with a browser's last-seen.
TOUCH_EVERY_MS: Final = 5 * SECOND
_REACHES: Final = frozenset({Reach.FULL, Reach.RESTRICTED})


def open_gateway(verifier: Verifier, proof: Authenticated) -> None:
    """Let a login that was just completed become the session of the front, with its brokerage session up.

    A session that reaches less than the portal (a card's) becomes none.
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
    event = _event(EventKind.BROKERAGE_BEGUN, proof.session, None, now_ms=now_ms)
    verifier.store.gateways.open(gateway, event=event)


def require_gateway(verifier: Verifier) -> GatewayStanding:
    """Return how the front stands, and note the call. Refuses with `SESSION_EXPIRED` when nobody is logged in.

    A brokerage session that was not called for long is found asleep; that is written, and the call does not wake it.
    """
    return _look(verifier, now_ms=verifier.clock.now_ms())


def begin_brokerage(verifier: Verifier, *, compete: bool) -> GatewayStanding:
    """Begin the brokerage session if it is not up, and return how the front stands.

    A rival is left alone, unless `compete`: then its sessions end. Refuses as `require_gateway`.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    standing = _look(verifier, now_ms=now_ms)
    if standing.is_competing and not compete:
        return standing
    if standing.is_authenticated:
        return standing
    return _begin(verifier, standing, now_ms=now_ms)


def reauthenticate(verifier: Verifier) -> GatewayStanding:
    """Begin a brokerage session that sleeps or was logged out; a rival gives way to it. One that is up stays as it is.

    Refuses as `require_gateway`.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    standing = _look(verifier, now_ms=now_ms)
    if standing.gateway.brokerage is Brokerage.UP:
        return standing
    return _begin(verifier, standing, now_ms=now_ms)


def log_out(verifier: Verifier) -> None:
    """Log the brokerage session out, and keep the portal session: it begins again without another login.

    Refuses as `require_gateway`.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    standing = _look(verifier, now_ms=now_ms)
    if standing.gateway.brokerage is Brokerage.LOGGED_OUT:
        return
    event = _event(EventKind.BROKERAGE_ENDED, standing.session, None, now_ms=now_ms)
    with suppress(StoreConflictError):  # somebody else logged out, or in, at this very moment
        verifier.store.gateways.move(standing.gateway, BrokerageEvent.LOG_OUT, now_ms=now_ms, event=event)


def _look(verifier: Verifier, *, now_ms: int) -> GatewayStanding:
    # (1) known?
    gateway = verifier.store.gateways.get()
    session = None if gateway is None else verifier.store.sessions.get(gateway.session_id)
    # (4) still open? (5) fresh?
    if gateway is None or session is None or not is_open(session, verifier.policy, now_ms=now_ms):
        raise RefusalError(Reason.SESSION_EXPIRED)
    gateway = _settle(verifier, gateway, session, now_ms=now_ms)
    if now_ms - gateway.called_ms >= min(TOUCH_EVERY_MS, verifier.policy.brokerage_idle_seconds * SECOND // 10):
        verifier.store.gateways.touch(gateway.handle, now_ms=now_ms)
        verifier.store.sessions.touch(session.session_id, now_ms=now_ms)
        gateway, session = replace(gateway, called_ms=now_ms), replace(session, last_seen_ms=now_ms)
    idle_ends_ms = session.last_seen_ms + verifier.policy.session_idle_seconds * SECOND
    return GatewayStanding(
        gateway=gateway,
        session=session,
        user=require_row(verifier.store.users.get(session.user_id)),
        is_competing=gateway.brokerage is Brokerage.UP and bool(_list_rivals(verifier, gateway, session, now_ms)),
        expires_ms=min(session.expires_ms, idle_ends_ms),
    )


def _settle(verifier: Verifier, gateway: GatewaySession, session: PortalSession, *, now_ms: int) -> GatewaySession:
    """Return the front's session, its brokerage session asleep when no program called for long."""
    idle_ms = verifier.policy.brokerage_idle_seconds * SECOND
    if gateway.brokerage is not Brokerage.UP or now_ms - gateway.called_ms < idle_ms:
        return gateway
    event = _event(EventKind.BROKERAGE_ENDED, session, Reason.SESSION_EXPIRED, now_ms=now_ms)
    try:
        return verifier.store.gateways.move(gateway, BrokerageEvent.FALL_ASLEEP, now_ms=now_ms, event=event)
    except StoreConflictError:  # another request saw it first
        return require_row(verifier.store.gateways.get())


def _begin(verifier: Verifier, standing: GatewayStanding, *, now_ms: int) -> GatewayStanding:
    for rival in _list_rivals(verifier, standing.gateway, standing.session, now_ms):
        end_session(verifier, rival)
    event = _event(EventKind.BROKERAGE_BEGUN, standing.session, None, now_ms=now_ms)
    with suppress(StoreConflictError):  # another request began it
        verifier.store.gateways.move(standing.gateway, BrokerageEvent.BEGIN, now_ms=now_ms, event=event)
    return _look(verifier, now_ms=now_ms)


def _list_rivals(
    verifier: Verifier, gateway: GatewaySession, session: PortalSession, now_ms: int
) -> list[PortalSession]:
    """Return the open sessions of the same user that began after the brokerage session did."""
    others = verifier.store.sessions.list_open(session.user_id, now_ms=now_ms)
    return [
        other
        for other in others
        if other.session_id != session.session_id
        and other.opened_ms > gateway.began_ms
        and is_open(other, verifier.policy, now_ms=now_ms)
    ]


def _event(kind: EventKind, session: PortalSession, reason: Reason | None, *, now_ms: int) -> Event:
    facts = client_facts(session.client)
    return Event(kind=kind, at_ms=now_ms, user_id=session.user_id, reason=reason, facts=facts)
