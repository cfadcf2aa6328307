"""Signed-in browsers, with faults: a session that somebody else's login ends, and one that the portal forgets.

Where a gateway-compatible front rests on the session, somebody else's login does not end it but competes with it, at
the front's own look, which is the one by id.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Final, final

from authsim import ports
from authsim.errors import StoreConflictError
from authsim.events import Event, EventKind
from authsim.lab.catalogue import Step
from authsim.lab.worlds.openings import end_for_real
from authsim.lab.worlds.world import Marks, World
from authsim.model import Client, PortalSession, SessionId
from authsim.verifier.records import client_facts
from authsim.verifier.tokens import draw_id, draw_token, hash_token
from authsim.verifier.topics import publish, session_topic

#: Where the other login comes from: an address that is nobody's (RFC 5737).
ELSEWHERE: Final = Client(address="192.0.2.11", agent="another device (competing_session)")
_LOST: Final = "session_lost"
_COMPETING: Final = "competing_session"
_TOLD_OTHERWISE: Final = "competing_authenticated"
#: At a gateway either brings a rival; what is said of it then is the wire's.
_RIVALLING: Final = (_COMPETING, _TOLD_OTHERWISE)
#: More than anybody has: whoever competes ends nobody's session.
_ALL_STAY: Final = 1_000_000


@final
class FaultySessions:
    """`ports.Sessions`. `marks` are those of sessions."""

    __slots__ = (
        "_inner",
        "_marks",
        "_world",
        "end",
        "end_all",
        "list_open",
        "open",
        "spend_verification",
        "touch",
    )

    def __init__(self, world: World, marks: Marks) -> None:
        inner: ports.Sessions = world.portal.store.sessions
        self._inner = inner
        self._world = world
        self._marks = marks
        self.end = inner.end
        self.end_all = inner.end_all
        self.list_open = inner.list_open
        self.open = inner.open
        self.spend_verification = inner.spend_verification
        self.touch = inner.touch

    def find(self, token_hash: bytes) -> PortalSession | None:
        """Return by the hash of the browser's token; a session that is struck ends at this look, for good."""
        session = self._inner.find(token_hash)
        if session is None or not self._may_be_struck(session):
            return session
        if self._decide(_LOST, session):
            self._lose(session)
        elif not self._is_of_front(session) and self._decide(_COMPETING, session):
            self._compete(session, sessions_allowed=1)
            publish(self._world.portal.bus, session_topic(session.session_id))
        else:
            return session
        return self._inner.find(token_hash)

    def get(self, session_id: SessionId) -> PortalSession | None:
        """Return by id, as a front looks at what it rests on; one that is struck ends, or has a rival from now on."""
        session = self._inner.get(session_id)
        if session is None or not self._may_be_struck(session):
            return session
        if self._strikes_now(_LOST, session):
            self._lose(session)
            return self._inner.get(session_id)
        verdicts = [self._strikes_now(name, session) for name in _RIVALLING]  # each counts this look
        if any(verdicts):
            self._compete(session, sessions_allowed=_ALL_STAY)
        return session

    def _may_be_struck(self, session: PortalSession) -> bool:
        return self._world.is_on(_LOST, *_RIVALLING) and self._is_open(session)

    def _is_of_front(self, session: PortalSession) -> bool:
        gateway = self._world.portal.store.gateways.get()
        return gateway is not None and gateway.session_id == session.session_id

    def _lose(self, session: PortalSession) -> None:
        end_for_real(self._world, session, EventKind.SESSION_EXPIRED)
        publish(self._world.portal.bus, session_topic(session.session_id))

    def _is_open(self, session: PortalSession) -> bool:
        return session.ended_ms is None and session.expires_ms > self._world.portal.clock.now_ms()

    def _compete(self, session: PortalSession, *, sessions_allowed: int) -> None:
        """Let somebody else log in as the same user; of more open sessions than are allowed the oldest give way."""
        portal = self._world.portal
        now_ms, user = portal.clock.now_ms(), portal.store.users.get(session.user_id)
        if user is None:
            return
        other = replace(
            session,
            session_id=SessionId(draw_id(portal.entropy)),
            token_hash=hash_token(draw_token(portal.entropy)),  # of a token that nobody is given
            client=ELSEWHERE,
            verified_purpose=None,
            verified_ms=None,
            opened_ms=now_ms,
            last_seen_ms=now_ms,
        )
        facts = client_facts(ELSEWHERE)
        opened = Event(kind=EventKind.SESSION_OPENED, at_ms=now_ms, user_id=user.user_id, facts=facts)
        with suppress(StoreConflictError):  # the password was replaced meanwhile, which ended the session too
            portal.store.sessions.open(
                other, judged=user.password_hash, sessions_allowed=sessions_allowed, event=opened
            )

    def _decide(self, name: str, session: PortalSession) -> bool:
        return self._marks.decide(name, session.session_id, session.user_id, Step.SESSION) is not None

    def _strikes_now(self, name: str, session: PortalSession) -> bool:
        return self._marks.strikes_now(name, session.session_id, session.user_id, Step.SESSION)
