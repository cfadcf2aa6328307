"""Answers that stay open: Server-Sent Events, and requests that wait for news. They share one budget.

An open answer holds a thread or a connection, so there are only so many of them, and few for one owner. Between two
looks at the store nothing is held but the subscription: no transaction, no connection to the database. What is read at
each look, and whether the listener may still hear it, is the caller's; nothing here knows a session or a device.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar, cast

from flask import Flask, Response, request
from werkzeug.exceptions import ServiceUnavailable

from authsim import ports
from authsim.errors import MessageError

T = TypeVar("T")

HEARTBEAT_S: Final = 15.0
#: A stream ends after that long, and its listener resumes: nothing stays open for good.
LONGEST_S: Final = 600.0
#: One more of the same owner ends its oldest: whoever lost a connection comes back before we know that it is lost.
MOST_OF_ONE: Final = 2
_LOOK_S: Final = 1.0
_RETRY_MS: Final = 3_000
_MOST_DIGITS: Final = 18
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_EXTENSION: Final = "authsim-streams"
_LOGGER: Final = logging.getLogger("authsim.web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One event of a stream. `sequence` is where a listener resumes that comes back."""

    event: str
    data: str
    sequence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What one look at the store found. `has_more`: look again at once; `is_over`: nothing comes after these."""

    messages: Sequence[Message] = ()
    has_more: bool = False
    is_over: bool = False


class _Place:
    """One open answer."""

    __slots__ = ("is_over", "owner")

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.is_over = False


class Streams:
    """All open answers of this process, at most `most`."""

    def __init__(
        self, *, most: int, heartbeat_s: float = HEARTBEAT_S, look_s: float = _LOOK_S, longest_s: float = LONGEST_S
    ) -> None:
        self._most = most
        self._heartbeat_s = heartbeat_s
        self._look_s = look_s
        self._longest_s = longest_s
        self._places: list[_Place] = []  # in the order in which they came
        self._lock = threading.Lock()
        self._is_ending = False

    def __len__(self) -> int:
        """Return how many are open; those that were told to end do not count."""
        return sum(not place.is_over for place in self._places)

    def end(self) -> None:
        """Let every open answer end within a second, and accept none any more. Safe in a signal handler."""
        self._is_ending = True

    def answer(
        self,
        owner: str,
        subscribe: Callable[[], ports.Subscription],
        look: Callable[[], News],
        *,
        share: int = MOST_OF_ONE,
    ) -> Response:
        """Return a stream of what `look` finds: now, at each wake of the subscription, and at each heartbeat.

        `look` is called in this request first, so that its refusal is a plain answer; later it is called outside any
        request, and whatever it raises ends the stream. `owner` names who listens, such as one session; `share` is how
        many it may have. Raises 503 when too many are open.
        """
        if request.method == "HEAD":
            look()
            return _event_stream(())
        with ExitStack() as held:
            place = held.enter_context(self._placed(owner, share))
            subscription = subscribe()  # before the first look: what happens between the two is heard
            held.callback(subscription.close)
            flow = self._flow(place, subscription, look(), look, _hang_up_detector())
            response = _event_stream(flow)
            response.call_on_close(held.pop_all().close)
        return response

    def wait_for(
        self,
        owner: str,
        subscribe: Callable[[], ports.Subscription],
        look: Callable[[], Sequence[T]],
        *,
        seconds: float,
        share: int = MOST_OF_ONE,
    ) -> Sequence[T]:
        """Return what `look` finds as soon as it is something, or nothing after `seconds`. Raises 503 as `answer`."""
        with ExitStack() as held:
            place = held.enter_context(self._placed(owner, share))
            subscription = subscribe()
            held.callback(subscription.close)
            has_hung_up = _hang_up_detector()
            deadline = time.monotonic() + seconds
            while True:
                found = look()
                left = deadline - time.monotonic()
                if found or left <= 0 or self._is_over(place) or has_hung_up():
                    return found
                self._wait(place, subscription, left, has_hung_up)

    @contextmanager
    def _placed(self, owner: str, share: int) -> Iterator[_Place]:
        place = _Place(owner)
        with self._lock:
            own = [other for other in self._places if other.owner == owner]
            still = [other for other in own if not other.is_over]
            # Who was told to end holds a thread until it notices: there are only so many of these, too.
            if len(own) - len(still) >= share or len(self._places) >= self._most + self._most // 2:
                raise ServiceUnavailable
            if len(still) >= share:
                still[0].is_over = True
            if self._is_ending or len(self) >= self._most:
                raise ServiceUnavailable
            self._places.append(place)
        try:
            yield place
        finally:
            with self._lock:
                self._places.remove(place)

    def _flow(
        self,
        place: _Place,
        subscription: ports.Subscription,
        news: News,
        look: Callable[[], News],
        has_hung_up: Callable[[], bool],
    ) -> Iterator[bytes]:
        deadline = time.monotonic() + self._longest_s
        yield f"retry: {_RETRY_MS}\n\n".encode()
        while True:
            if news.messages:
                yield b"".join(_format(message) for message in news.messages)
            if news.is_over:
                return
            if not news.has_more and not self._wait(place, subscription, self._heartbeat_s, has_hung_up):
                yield b": still here\n\n"
            if self._is_over(place) or time.monotonic() > deadline:
                return
            try:
                news = look()
            except Exception as error:  # noqa: BLE001 - the answer has begun: there is no other way to say it
                _LOGGER.warning("stream ended error=%s", type(error).__name__)
                return

    def _wait(
        self, place: _Place, subscription: ports.Subscription, seconds: float, has_hung_up: Callable[[], bool]
    ) -> bool:
        """Wait for a change, in short steps: whoever ends us or hangs up is noticed within one."""
        deadline = time.monotonic() + seconds
        while not self._is_over(place) and not has_hung_up():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            if subscription.wait(min(left, self._look_s)):
                return True
        return False

    def _is_over(self, place: _Place) -> bool:
        return self._is_ending or place.is_over


def register(app: Flask, *, most: int) -> None:
    """Give `app` its budget of open answers."""
    app.extensions[_EXTENSION] = Streams(most=most)


def streams_of(app: Flask) -> Streams:
    """Return the open answers of `app`."""
    return cast("Streams", app.extensions[_EXTENSION])


def read_resume_point() -> int | None:
    """Return the sequence that a listener has seen last: `Last-Event-ID`, or `?after=`; None when it says neither.

    Raises `MessageError` for anything but a number.
    """
    text = request.headers.get("Last-Event-ID", request.args.get("after"))
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise MessageError("a place in a stream is a number")
    return int(text)


def _event_stream(flow: Iterable[bytes]) -> Response:
    return Response(flow, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _format(message: Message) -> bytes:
    """Return the bytes of one event; a line break in its data cannot begin a field of its own."""
    head = "" if message.sequence is None else f"id: {message.sequence}\n"
    lines = "".join(f"data: {line}\n" for line in _LINE_END.split(message.data))
    return f"{head}event: {message.event}\n{lines}\n".encode()


def _hang_up_detector() -> Callable[[], bool]:
    """Return what says whether the client has gone. Only waitress knows before it writes."""
    detector: Callable[[], bool] | None = request.environ.get("waitress.client_disconnected")
    return detector or (lambda: False)
