"""What many do at one moment to the one session of a gateway-compatible front: deeds of `race`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from authsim.adapters.sql import SqlStore
from authsim.adapters.system import SystemEntropy
from authsim.events import EventKind
from authsim.model import SessionId
from authsim.states import BrokerageEvent
from tests.support import nouns
from tests.support.gateway_nouns import gateway
from tests.support.race_factors import fresh_hex, new_session


def open_gateway(store: SqlStore, user_id: str) -> None:
    """Log in at one of a few instants, and become the session of the front as such a login does."""
    opened_ms = nouns.NOW_MS + SystemEntropy().randbelow(50)
    login = replace(new_session(user_id), opened_ms=opened_ms)
    event = nouns.event(EventKind.SESSION_OPENED)
    store.sessions.open(login, judged=nouns.HASH, sessions_allowed=1_000_000, event=event)
    opened = gateway(handle=fresh_hex(), session_id=login.session_id)
    store.gateways.open(opened, event=nouns.event(EventKind.BROKERAGE_BEGUN))


def move_gateway(store: SqlStore, handle: str) -> None:
    """Log out what everybody saw up, or let it fall asleep, whichever one's own randomness says."""
    seen = gateway(handle=handle, session_id=SessionId(handle))
    what = BrokerageEvent.LOG_OUT if SystemEntropy().randbelow(2) else BrokerageEvent.FALL_ASLEEP
    store.gateways.move(seen, what, now_ms=nouns.LATER_MS, event=nouns.event(EventKind.BROKERAGE_ENDED))


GATEWAY_DEEDS: Final[dict[str, Callable[[SqlStore, str], None]]] = {
    "open_gateway": open_gateway,
    "move_gateway": move_gateway,
}
