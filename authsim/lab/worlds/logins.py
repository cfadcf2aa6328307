"""Logins, with faults: what they ask of a phone, the lock-out that an answer meets, and the session that they open."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim import ports
from authsim.lab.catalogue import Step
from authsim.lab.worlds.lockouts import Standings
from authsim.lab.worlds.openings import Openings
from authsim.lab.worlds.posting import Post
from authsim.lab.worlds.world import Marks, World
from authsim.model import Challenge, Lockout, PushRequest

if TYPE_CHECKING:
    from authsim.events import Event
    from authsim.model import ChallengeId, LoginId, LoginTransaction, PortalSession, SessionId


@final
class FaultyLogins:
    """`ports.Logins`. `marks` are those of challenges."""

    __slots__ = (
        "_inner",
        "_marks",
        "_openings",
        "_post",
        "_standings",
        "_world",
        "challenge_of",
        "count_challenges",
        "count_questions",
        "expire",
        "fail",
        "find",
        "get",
        "offer",
        "open_challenge_of",
    )

    def __init__(self, world: World, marks: Marks, post: Post, standings: Standings, openings: Openings) -> None:
        inner: ports.Logins = world.portal.store.logins
        self._inner = inner
        self._world = world
        self._marks = marks
        self._post = post
        self._standings = standings
        self._openings = openings
        self.challenge_of = inner.challenge_of
        self.count_challenges = inner.count_challenges
        self.count_questions = inner.count_questions
        self.expire = inner.expire
        self.fail = inner.fail
        self.find = inner.find
        self.get = inner.get
        self.offer = inner.offer
        self.open_challenge_of = inner.open_challenge_of

    def begin(
        self,
        login: "LoginTransaction",
        *,
        challenge: Challenge | None,
        push: PushRequest | None = None,
        judged: str,
        events: "Sequence[Event]",
    ) -> None:
        """Insert a login, with what it asks."""
        asked, sent, told = self._prepare(challenge, push, events)
        self._inner.begin(login, challenge=asked, push=sent, judged=judged, events=told)

    def advance(
        self,
        login: "LoginTransaction",
        *,
        challenge: Challenge,
        push: PushRequest | None = None,
        events: "Sequence[Event]",
    ) -> None:
        """Let a remembered login ask."""
        sent, told = self._send(push, events)
        self._inner.advance(login, challenge=self._shorten(challenge), push=sent, events=told)

    def ask(
        self,
        login_id: "LoginId",
        *,
        challenge: Challenge,
        push: PushRequest | None,
        now_ms: int,
        events: "Sequence[Event]",
    ) -> None:
        """Let an open login ask the phone."""
        sent, told = self._send(push, events)
        self._inner.ask(login_id, challenge=self._shorten(challenge), push=sent, now_ms=now_ms, events=told)

    def count_response(
        self,
        challenge_id: "ChallengeId",
        *,
        now_ms: int,
        change: Callable[[Lockout], Lockout],
        event: "Event",
    ) -> tuple[Challenge, Lockout, Lockout]:
        """Count a try; whoever is locked out by a fault is so by the portal's rule, and nothing is kept of it."""
        standing = self._standings.at_answer(event.user_id)
        if standing is None:
            return self._inner.count_response(challenge_id, now_ms=now_ms, change=change, event=event)
        challenge, kept, _ = self._inner.count_response(
            challenge_id, now_ms=now_ms, change=lambda own: own, event=event
        )
        before = standing(kept)
        return challenge, before, change(before)

    def complete(
        self,
        challenge: Challenge,
        *,
        session: "PortalSession",
        replaces: "SessionId | None",
        sessions_allowed: int,
        locked_until_ms: int | None,
        now_ms: int,
        events: "Sequence[Event]",
    ) -> None:
        """Open the session of a right response."""
        self._inner.complete(
            challenge,
            session=session,
            replaces=replaces,
            sessions_allowed=sessions_allowed,
            locked_until_ms=locked_until_ms,
            now_ms=now_ms,
            events=events,
        )
        self._openings.settle(session)

    def complete_approved(
        self,
        push: PushRequest,
        *,
        session: "PortalSession",
        replaces: "SessionId | None",
        sessions_allowed: int,
        locked_until_ms: int | None,
        now_ms: int,
        events: "Sequence[Event]",
    ) -> None:
        """Open the session of an approved request."""
        self._inner.complete_approved(
            push,
            session=session,
            replaces=replaces,
            sessions_allowed=sessions_allowed,
            locked_until_ms=locked_until_ms,
            now_ms=now_ms,
            events=events,
        )
        self._openings.settle(session)

    def _prepare(
        self, challenge: Challenge | None, push: PushRequest | None, events: "Sequence[Event]"
    ) -> "tuple[Challenge | None, PushRequest | None, Sequence[Event]]":
        sent, told = self._send(push, events)
        return None if challenge is None else self._shorten(challenge), sent, told

    def _send(
        self, push: PushRequest | None, events: "Sequence[Event]"
    ) -> "tuple[PushRequest | None, Sequence[Event]]":
        return (None, events) if push is None else self._post.take(push, events)

    def _shorten(self, challenge: Challenge) -> Challenge:
        """Return a challenge that lives as long as a fault says, if one does."""
        if not self._world.is_on("challenge_short"):
            return challenge
        by_ms = self._marks.decide("challenge_short", challenge.challenge_id, challenge.user_id, Step.CHALLENGE)
        if by_ms is None:
            return challenge
        return replace(challenge, expires_ms=min(challenge.expires_ms, challenge.issued_ms + max(by_ms, 1)))
