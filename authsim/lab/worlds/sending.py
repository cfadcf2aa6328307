"""The ports whose changes send a text: enrolments, prompts and factors. Each tells the carrier what it has sent."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, final

from authsim import ports
from authsim.lab.worlds.lockouts import Standings
from authsim.lab.worlds.openings import Openings
from authsim.lab.worlds.texts import Carrier
from authsim.lab.worlds.world import World
from authsim.model import Channel, Enrolment, Factor, Lockout, Prompt

if TYPE_CHECKING:
    from authsim.events import Event
    from authsim.model import FactorKind, FlowId, PortalSession, PromptId, SessionId, TextMessage


@final
class SendingEnrolments:
    """`ports.Enrolments`."""

    __slots__ = ("_carrier", "_inner", "close", "complete", "count_try", "get", "last_sent_ms")

    def __init__(self, world: World, carrier: Carrier) -> None:
        inner: ports.Enrolments = world.portal.store.enrolments
        self._inner = inner
        self._carrier = carrier
        self.close = inner.close
        self.complete = inner.complete
        self.count_try = inner.count_try
        self.get = inner.get
        self.last_sent_ms = inner.last_sent_ms

    def begin(
        self, enrolment: Enrolment, *, text: "TextMessage", judged: str, not_since_ms: int, event: "Event"
    ) -> None:
        """Insert, and send the code."""
        self._inner.begin(enrolment, text=text, judged=judged, not_since_ms=not_since_ms, event=event)
        self._carrier.take(text, enrolment.user_id)

    def resend(
        self,
        flow_id: "FlowId",
        *,
        code_mac: bytes,
        text: "TextMessage",
        sends_allowed: int,
        not_since_ms: int,
        now_ms: int,
        event: "Event",
    ) -> Enrolment:
        """Send another code."""
        enrolment = self._inner.resend(
            flow_id,
            code_mac=code_mac,
            text=text,
            sends_allowed=sends_allowed,
            not_since_ms=not_since_ms,
            now_ms=now_ms,
            event=event,
        )
        self._carrier.take(text, enrolment.user_id)
        return enrolment


@final
class SendingFactors:
    """`ports.FactorStore`."""

    __slots__ = ("_carrier", "_inner", "activate", "change", "get", "list_of")

    def __init__(self, world: World, carrier: Carrier) -> None:
        inner: ports.FactorStore = world.portal.store.factors
        self._inner = inner
        self._carrier = carrier
        self.activate = inner.activate
        self.change = inner.change
        self.get = inner.get
        self.list_of = inner.list_of

    def add(
        self,
        factor: Factor,
        *,
        closes: "frozenset[FactorKind]",
        text: "TextMessage | None" = None,
        event: "Event",
    ) -> None:
        """Insert, and send what goes with it."""
        self._inner.add(factor, closes=closes, text=text, event=event)
        if text is not None:
            self._carrier.take(text, factor.user_id)


@final
class SendingPrompts:
    """`ports.Prompts`, which also meet a lock-out that is shown, and open sessions."""

    __slots__ = (
        "_carrier",
        "_inner",
        "_openings",
        "_standings",
        "expire",
        "fail",
        "latest_of_login",
        "latest_of_user",
    )

    def __init__(self, world: World, carrier: Carrier, standings: Standings, openings: Openings) -> None:
        inner: ports.Prompts = world.portal.store.prompts
        self._inner = inner
        self._carrier = carrier
        self._standings = standings
        self._openings = openings
        self.expire = inner.expire
        self.fail = inner.fail
        self.latest_of_login = inner.latest_of_login
        self.latest_of_user = inner.latest_of_user

    def issue(self, prompt: Prompt, *, text: "TextMessage | None" = None, event: "Event") -> None:
        """Insert, and send the code where there is one."""
        self._inner.issue(prompt, text=text, event=event)
        if text is not None:
            self._carrier.take(text, prompt.user_id)

    def resend(
        self,
        prompt_id: "PromptId",
        *,
        code_mac: bytes,
        channel: Channel,
        sends_allowed: int,
        text: "TextMessage",
        now_ms: int,
        event: "Event",
    ) -> Prompt:
        """Send another code; one that is spoken is no text."""
        prompt = self._inner.resend(
            prompt_id,
            code_mac=code_mac,
            channel=channel,
            sends_allowed=sends_allowed,
            text=text,
            now_ms=now_ms,
            event=event,
        )
        if channel is Channel.TEXT:
            self._carrier.take(text, prompt.user_id)
        return prompt

    def count(
        self,
        prompt_id: "PromptId",
        *,
        now_ms: int,
        change: Callable[[Lockout], Lockout],
        event: "Event",
    ) -> tuple[Prompt, Lockout, Lockout]:
        """Count a try, as `FaultyLogins.count_response` does."""
        standing = self._standings.at_answer(event.user_id)
        if standing is None:
            return self._inner.count(prompt_id, now_ms=now_ms, change=change, event=event)
        prompt, kept, _ = self._inner.count(prompt_id, now_ms=now_ms, change=lambda own: own, event=event)
        before = standing(kept)
        return prompt, before, change(before)

    def complete(
        self,
        prompt: Prompt,
        *,
        session: "PortalSession",
        replaces: "SessionId | None",
        sessions_allowed: int,
        locked_until_ms: int | None,
        step: int | None,
        spends: bool,
        now_ms: int,
        events: "Sequence[Event]",
    ) -> None:
        """Open the session of a right answer."""
        self._inner.complete(
            prompt,
            session=session,
            replaces=replaces,
            sessions_allowed=sessions_allowed,
            locked_until_ms=locked_until_ms,
            step=step,
            spends=spends,
            now_ms=now_ms,
            events=events,
        )
        self._openings.settle(session)
