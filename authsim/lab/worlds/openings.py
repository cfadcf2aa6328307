"""What becomes of a session that a login has just opened: `not_authenticated` lets it end before its first page."""

from contextlib import suppress
from typing import final

from authsim.errors import StoreConflictError
from authsim.events import Event, EventKind
from authsim.lab.catalogue import Step
from authsim.lab.worlds.world import World
from authsim.model import PortalSession
from authsim.verifier.records import client_facts


@final
class Openings:
    """Sessions, as logins open them."""

    __slots__ = ("_world",)

    def __init__(self, world: World) -> None:
        self._world = world

    def settle(self, session: PortalSession) -> None:
        """End the session again, where the fault strikes this login."""
        if self._world.strikes("not_authenticated", session.user_id, Step.SESSION) is not None:
            end_for_real(self._world, session, EventKind.SESSION_EXPIRED)


def end_for_real(world: World, session: PortalSession, kind: EventKind) -> None:
    """End a session in the store, with its row; one that is over already stays as it is."""
    now_ms = world.portal.clock.now_ms()
    event = Event(kind=kind, at_ms=now_ms, user_id=session.user_id, facts=client_facts(session.client))
    with suppress(StoreConflictError):
        world.portal.store.sessions.end(session.session_id, session.user_id, now_ms=now_ms, event=event)
