"""Listening for what this phone is asked to approve: a stream for each account, resumed where it broke off.

A portal that has no stream left, or whose streams break, is asked again and again instead. No request is told twice,
and a phone without a connection hears nothing until it has one again. What is made of a request is the caller's.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, final

from authsim.authenticator.sight import Sight, see_push
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.push import RequestInfo, parse_request
from mobile_cli.ceremonies.connection import require_connection
from mobile_cli.ceremonies.decide import Asked
from mobile_cli.ceremonies.session import Line, read_requests
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.transport import Event, open_stream

if TYPE_CHECKING:
    from authsim.authenticator.device import Account

_EVENTS: Final = "/api/device/v1/events"
_MOST_SEEN: Final = 10_000


class Pauses(NamedTuple):
    """How long a listener waits, in seconds: first and longest before it tries again, and between two questions.

    After `broken` streams in a row that brought nothing, and after a 503, it asks `polls` times before it tries a
    stream again.
    """

    first: float = 0.5
    longest: float = 30.0
    poll: float = 3.0
    offline: float = 1.0
    broken: int = 3
    polls: int = 10


class Reach(NamedTuple):
    """The portal of an account answers again, or does not."""

    account: "Account"
    is_reached: bool


class Ended(NamedTuple):
    """Nothing more comes for an account, and why."""

    account: "Account"
    error: Exception


Happening = Asked | Reach | Ended


class Notice(NamedTuple):
    """A request that reached the phone, and what a person sees of it as the phone was set then."""

    asked: Asked
    sight: Sight

    @property
    def request(self) -> RequestInfo:
        """What the portal asks."""
        return self.asked.request

    @property
    def account(self) -> "Account":
        """Whom it is for."""
        return self.asked.line.account


def take_notice(asked: Asked) -> Notice:
    """Return a request with what its phone, as it is set and lies there now, lets be seen of it.

    To be called when it comes: what the phone is set to later changes nothing about a notification that came before.
    """
    return Notice(asked, see_push(asked.line.home.settings.read()))


def noticed(happening: Happening) -> Reach | Ended | Notice:
    """Return a request as it is noticed, and whatever else happened as it is."""
    return take_notice(happening) if isinstance(happening, Asked) else happening


@final
class Listener:
    """Listens on every line at once, one thread each; `tell` is called from those threads."""

    __slots__ = ("_lines", "_pauses", "_stop", "_tell", "_threads")

    def __init__(
        self, lines: Sequence[Line], tell: Callable[[Happening], None], *, pauses: Pauses | None = None
    ) -> None:
        self._lines = lines
        self._tell = tell
        self._pauses = pauses or Pauses()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin. The threads end with the process, or with `stop`."""
        for line in self._lines:
            ear = _Ear(line, self._tell, self._stop, self._pauses)
            thread = threading.Thread(target=ear.listen, name=f"listen {line.account.label}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Tell nothing more; what still waits for the network ends by itself."""
        self._stop.set()


@final
class _Ear:
    """One account's listening: what was told, where to resume, how often it went wrong."""

    __slots__ = ("_is_reached", "_last_id", "_line", "_misses", "_pauses", "_polls", "_seen", "_stop", "_tell")

    def __init__(self, line: Line, tell: Callable[[Happening], None], stop: threading.Event, pauses: Pauses) -> None:
        self._line = line
        self._tell = tell
        self._stop = stop
        self._pauses = pauses
        self._last_id = ""
        self._seen: dict[str, None] = {}
        self._misses = 0
        self._polls = 0
        self._is_reached = True

    def listen(self) -> None:
        """Listen until there is nothing more to hear."""
        try:
            while not self._stop.is_set():
                self._stop.wait(self._hear())
        except Exception as error:  # noqa: BLE001 - the thread that waits for us explains it
            if not self._stop.is_set():
                self._tell(Ended(self._line.account, error))

    def _hear(self) -> float:
        """Hear what there is to hear; return how long to wait before the next time."""
        try:
            require_connection(self._line.home)
            if self._polls:
                return self._poll()
            return self._follow()
        except RefusalError as refusal:
            if refusal.reason is not Reason.PHONE_OFFLINE:
                raise
            return self._pauses.offline
        except PhoneError as error:
            if error.status is not Exit.UNREACHABLE:
                raise
        self._reach(is_reached=False)
        return self._back_off()

    def _back_off(self) -> float:
        self._misses += 1
        if self._misses >= self._pauses.broken:
            self._polls = self._pauses.polls
        return min(self._pauses.longest, self._pauses.first * float(1 << min(self._misses - 1, 10)))

    def _follow(self) -> float:
        account = self._line.account
        certificate = self._line.home.read_certificate(account.origin)
        token = self._line.token()
        with open_stream(
            account.origin, _EVENTS, bearer=token, last_id=self._last_id, certificate=certificate
        ) as stream:
            if stream.status in {401, 409}:
                self._line.forget_token()  # the next token, or the portal's signed reason why there is none
                return self._back_off()
            if stream.status != 200:
                self._polls = max(self._pauses.polls, int((stream.retry_after_s or 0) / self._pauses.poll))
                return 0.0
            self._reach(is_reached=True)
            for event in stream.events:
                self._take(event)
        self._misses = 0  # the portal itself ended it
        return self._pauses.first

    def _take(self, event: Event) -> None:
        if event.kind == "end":
            self._line.forget_token()
        if event.kind != "request":
            return
        try:
            request = parse_request(event.data.encode())
        except MessageError:
            raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=self._line.account.origin) from None
        self._pass_on([request])
        self._last_id = event.id
        self._misses = 0

    def _poll(self) -> float:
        reply = read_requests(self._line)
        self._reach(is_reached=True)
        self._pass_on(reply.requests)
        self._misses = 0
        self._polls -= 1
        return self._pauses.poll

    def _pass_on(self, requests: Iterable[RequestInfo]) -> None:
        for request in requests:
            if request.request_id in self._seen:
                continue
            require_connection(self._line.home)  # what comes to a phone that was cut off meanwhile has not come
            self._seen[request.request_id] = None
            if len(self._seen) > _MOST_SEEN:
                del self._seen[next(iter(self._seen))]
            if not self._stop.is_set():
                self._tell(Asked(self._line, request))

    def _reach(self, *, is_reached: bool) -> None:
        if is_reached is not self._is_reached:
            self._is_reached = is_reached
            self._tell(Reach(self._line.account, is_reached))
