"""Requests to phones, with faults: notifications that go astray, and decisions that come to nothing.

A decision is refused by the portal's own rule, never by the lab: what the fault does is what somebody else could have
done (`push_superseded` sends a newer request), or what a portal does that forgets (`approval_ignored`).
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, final

from authsim import ports, states
from authsim.errors import StoreConflictError
from authsim.lab.catalogue import Step
from authsim.lab.worlds.posting import Post
from authsim.lab.worlds.world import Marks, World
from authsim.model import Decision, PushRequest
from authsim.verifier.records import require_row
from authsim.verifier.requests import draw_request, sent_event
from authsim.verifier.topics import device_topic, login_topic, publish

if TYPE_CHECKING:
    from authsim.events import Event
    from authsim.model import DeviceId, RequestId, UserId

_DIGEST: Final = "digest"
#: As many requests of a user are looked back at for one that was missed.
_LOOK_BACK: Final = 20
_MISSED: Final = frozenset({states.OneShot.EXPIRED, states.OneShot.SUPERSEDED})


@final
class FaultyPushes:
    """`ports.Pushes`. `marks` are those of requests, by which `post` carries."""

    __slots__ = ("_inner", "_marks", "_post", "_world", "close", "count_notified", "latest_of_login")

    def __init__(self, world: World, marks: Marks, post: Post) -> None:
        inner: ports.Pushes = world.portal.store.pushes
        self._inner = inner
        self._world = world
        self._marks = marks
        self._post = post
        self.close = inner.close
        self.count_notified = inner.count_notified
        self.latest_of_login = inner.latest_of_login

    def get(self, request_id: "RequestId") -> PushRequest | None:
        """Return by id; one whose approval is ignored as the phone believes it to be."""
        push = self._inner.get(request_id)
        return None if push is None else self._as_told(push)

    def list_notified(self, device_id: "DeviceId", *, after: int, most: int) -> Sequence[PushRequest]:
        """Return what the phone was told of, oldest first. A page without anything it was told is turned."""
        while True:
            page = self._inner.list_notified(device_id, after=after, most=most)
            delivered = self._post.deliver(page)
            if delivered or len(page) < most:
                return [self._as_told(push) for push in delivered]
            after = page[-1].sequence

    def list_open(self, device_id: "DeviceId", *, now_ms: int) -> Sequence[PushRequest]:
        """Return what the phone was told of and has not answered yet, oldest first."""
        noted = self._marks.read()
        open_ones = self._post.deliver(self._inner.list_open(device_id, now_ms=now_ms))
        return [push for push in open_ones if _DIGEST not in noted.get(push.request_id, {})]

    def list_decided(self, user_id: "UserId", *, most: int) -> Sequence[PushRequest]:
        """Return the newest announced requests, newest first, but those that are still under way."""
        newest = self._inner.list_decided(user_id, most=most)
        if not self._marks.read():
            return newest
        return [push for push in newest if not self._post.is_under_way(push)]

    def issue(self, push: PushRequest, *, event: "Event") -> PushRequest:
        """Insert, and let the carrier take it."""
        taken, events = self._post.take(push, [event])
        return self._inner.issue(taken, event=events[0])

    def count_decision(self, request_id: "RequestId", *, counter: int, now_ms: int, event: "Event") -> PushRequest:
        """Count a decision, unless a newer request has just taken the place of this one."""
        if self._world.is_on("push_superseded", "push_stuck"):
            push = require_row(self._inner.get(request_id))
            if self._is_overtaken(push, f"{request_id}/{counter}"):
                self._overtake(push, now_ms=now_ms)
        return self._inner.count_decision(request_id, counter=counter, now_ms=now_ms, event=event)

    def decide(self, push: PushRequest, decision: Decision, *, digest: bytes, now_ms: int, event: "Event") -> None:
        """Keep a decision; of an approval that is ignored, the phone's word and the record alone."""
        if decision is not Decision.APPROVE or not self._is_ignored(push):
            self._inner.decide(push, decision, digest=digest, now_ms=now_ms, event=event)
            return
        present = self._inner.get(push.request_id)
        if present is None or present.state is not states.OneShot.ISSUED:
            raise StoreConflictError("the request is closed already")
        self._marks.note(_DIGEST, push.request_id, digest.hex())
        self._world.portal.store.audit.append(event)

    def _as_told(self, push: PushRequest) -> PushRequest:
        digest: str | None = self._marks.read().get(push.request_id, {}).get(_DIGEST)
        if digest is None or push.state is not states.OneShot.ISSUED:
            return push
        return replace(
            push,
            state=states.OneShot.CONSUMED,
            decision=Decision.APPROVE,
            decision_digest=bytes.fromhex(digest),
        )

    def _is_ignored(self, push: PushRequest) -> bool:
        """Decide whether an approval is; one that brings in another phone has no page that could wait for it."""
        if not self._world.is_on("approval_ignored"):
            return False
        login = self._world.portal.store.logins.get(push.login_id)
        if login is None or login.subject is not None:
            return False
        return self._decide("approval_ignored", push, push.request_id)

    def _is_overtaken(self, push: PushRequest, tap: str) -> bool:
        if self._decide("push_superseded", push, tap):
            return True
        return self._has_missed_one(push) and self._decide("push_stuck", push, tap)

    def _has_missed_one(self, push: PushRequest) -> bool:
        """Say whether the user left a notification unanswered since the phone last completed a login."""
        device = require_row(self._world.portal.store.devices.get(push.device_id))
        success_ms = max(device.activated_ms, device.last_used_ms or 0)
        return any(
            one.state in _MISSED and one.decision is None and one.issued_ms >= success_ms
            for one in self._inner.list_decided(push.user_id, most=_LOOK_BACK)
            if one.request_id != push.request_id
        )

    def _overtake(self, push: PushRequest, *, now_ms: int) -> None:
        """Send a newer request of the same login, as *Resend notification* does."""
        portal = self._world.portal
        login = require_row(portal.store.logins.get(push.login_id))
        newer = draw_request(
            portal,
            login,
            user=require_row(portal.store.users.get(push.user_id)),
            device=require_row(portal.store.devices.get(push.device_id)),
            notify=True,
            now_ms=now_ms,
            operation=push.operation,
        )
        if login.subject is not None:  # the number of another phone's code, which stands on that phone
            newer = replace(newer, number=push.number)
        with suppress(StoreConflictError):  # the login is over: whoever counts the decision finds that out
            self.issue(newer, event=sent_event(newer))
        publish(portal.bus, device_topic(push.device_id), login_topic(push.login_id))

    def _decide(self, name: str, push: PushRequest, object_id: str) -> bool:
        return self._marks.decide(name, object_id, push.user_id, Step.DECISION) is not None
