"""Listening: everything once, in order, whatever happens to the stream; and nothing while the phone is cut off."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue

import pytest

from authsim.authenticator.settings import with_value
from authsim.errors import Reason, RefusalError
from mobile_cli.ceremonies.decide import Asked
from mobile_cli.ceremonies.listen import Ended, Happening, Listener, Pauses, Reach
from mobile_cli.ceremonies.session import Line
from mobile_cli.exits import PhoneError
from tests.support.child import LONGEST_S
from tests.support.kept_port import kept_port
from tests.support.notice_portal import NoticePortal, Reply

QUICK = Pauses(first=0.01, longest=0.05, poll=0.01, offline=0.01, broken=2, polls=3)


class Heard:
    """What a listener told, in its order."""

    def __init__(self) -> None:
        self._queue = SimpleQueue[Happening]()

    def __call__(self, happening: Happening) -> None:
        self._queue.put(happening)

    def next(self) -> Happening:
        """Wait for the next happening."""
        return self._queue.get(timeout=LONGEST_S)

    def request(self) -> str:
        """Wait for the next request; return the beginning of its id."""
        while not isinstance(happening := self.next(), Asked):
            assert isinstance(happening, Reach), happening
        return happening.request.request_id[:2]

    def ended(self) -> Exception:
        """Wait for the end; return why."""
        while not isinstance(happening := self.next(), Ended):
            pass
        return happening.error

    def is_silent(self) -> bool:
        """Say whether nothing more was told."""
        return self._queue.empty()


@contextmanager
def listening(*lines: Line) -> Iterator[Heard]:
    """Listen on these lines until the block ends."""
    heard = Heard()
    listener = Listener(lines, heard, pauses=QUICK)
    listener.start()
    try:
        yield heard
    finally:
        listener.stop()


def is_reached(heard: Heard) -> list[bool]:
    """Wait until the portal is lost and found again."""
    seen: list[bool] = []
    while len(seen) < 2:
        happening = heard.next()
        assert isinstance(happening, Reach), happening
        seen.append(happening.is_reached)
    return seen


def test_what_waits_and_what_comes(line: Line, notices: NoticePortal) -> None:
    """The open request first, then each as it is announced, within one stream."""
    notices.asks("31" * 16)
    with listening(line) as heard:
        assert heard.request() == "31"
        notices.asks("32" * 16)
        assert heard.request() == "32"

    assert notices.resumed == [None]


def test_a_stream_is_resumed_where_it_broke(line: Line, notices: NoticePortal) -> None:
    """The next one goes on after the last event, and nothing comes twice."""
    notices.asks("31" * 16)
    notices.streams.append("once")
    with listening(line) as heard:
        assert heard.request() == "31"
        assert is_reached(heard) == [False, True]
        notices.asks("32" * 16)
        assert heard.request() == "32"
        assert heard.is_silent()

    assert notices.resumed == [None, "1"]


def test_streams_that_break_bring_nothing_twice(line: Line, notices: NoticePortal) -> None:
    """After two that broke the portal is asked instead, and then a stream is tried again; it resumes."""
    notices.streams.extend(["break", "break", "break", "break"])
    with listening(line) as heard:
        assert is_reached(heard) == [False, True]
        notices.asks("31" * 16)
        assert heard.request() == "31"
        notices.asks("32" * 16)
        assert heard.request() == "32"
        notices.asks("33" * 16)
        assert heard.request() == "33"

    assert "GET /requests" in notices.calls


@pytest.mark.parametrize("status", ["503", "429"])
def test_a_portal_without_a_stream_left_is_asked(line: Line, notices: NoticePortal, status: str) -> None:
    """At once, again and again; then a stream is tried anew."""
    notices.streams.extend([status] * 2)
    notices.asks("31" * 16)
    with listening(line) as heard:
        assert heard.request() == "31"
        assert notices.has_streams(3)
        assert heard.is_silent()
        notices.asks("32" * 16)
        assert heard.request() == "32"

    assert notices.calls.count("GET /requests") >= 2


def test_a_portal_that_comes_back_is_found(notices: NoticePortal, opens: Callable[..., list[Line]]) -> None:
    """That it does not answer is said once; started anew at the same place, it is heard again."""
    with kept_port() as port:
        later = NoticePortal(origin=f"http://127.0.0.1:{port}")
        line = opens(later.account)[0]
        with listening(line) as heard:
            assert heard.next() == Reach(line.account, is_reached=False)
            with later.serving(port):
                assert heard.next() == Reach(line.account, is_reached=True)
                later.asks("31" * 16)
                assert heard.request() == "31"


def test_a_token_that_ended_is_replaced(line: Line, notices: NoticePortal) -> None:
    """The stream ends with the session, and the phone shows its key anew."""
    notices.streams.append("end")
    notices.asks("31" * 16)
    with listening(line) as heard:
        assert heard.request() == "31"

    assert notices.calls.count("POST /session") == 2
    assert notices.alarms == 0


def test_a_stream_that_knows_no_token_does_not_spin(line: Line, notices: NoticePortal) -> None:
    """Refused again and again, the phone waits longer each time and asks instead."""
    notices.streams.extend(["401", "401"])
    notices.asks("31" * 16)
    with listening(line) as heard:
        assert heard.request() == "31"

    assert "GET /requests" in notices.calls


@pytest.mark.parametrize(
    ("state", "reason"), [("replaced", Reason.DEVICE_REPLACED), ("suspended", Reason.DEVICE_SUSPENDED)]
)
def test_a_phone_that_is_not_active_any_more_is_told(
    line: Line, notices: NoticePortal, state: str, reason: Reason
) -> None:
    """In the middle of a stream, in the portal's signed words; nothing is tried after that."""
    notices.asks("31" * 16)
    with listening(line) as heard:
        assert heard.request() == "31"
        notices.state = state
        error = heard.ended()

    assert isinstance(error, RefusalError)
    assert error.reason is reason


@pytest.mark.parametrize("switch", [("airplane", "on"), ("internet", "off")])
def test_a_phone_that_is_cut_off_hears_nothing(line: Line, notices: NoticePortal, switch: tuple[str, str]) -> None:
    """What comes meanwhile has not come; with a connection again it comes once."""
    file = line.home.settings
    notices.asks("31" * 16)
    with listening(line) as heard:
        assert heard.request() == "31"
        file.change(lambda settings: with_value(settings, *switch))
        notices.asks("32" * 16)
        assert notices.is_left(1)
        notices.asks("33" * 16)
        assert heard.is_silent()
        file.change(lambda settings: with_value(settings, switch[0], {"on": "off", "off": "wifi"}[switch[1]]))
        assert [heard.request(), heard.request()] == ["32", "33"]
        assert heard.is_silent()


def test_several_users_are_heard_at_once(notices: NoticePortal, opens: Callable[..., list[Line]]) -> None:
    """Each on a stream of their own; one who is replaced does not end the others."""
    with NoticePortal(label="bob", user="23").serving() as other:
        lines = opens(notices.account, other.account)
        with listening(*lines) as heard:
            notices.asks("31" * 16)
            assert heard.request() == "31"
            other.asks("32" * 16)
            assert heard.request() == "32"
            other.state = "replaced"
            assert isinstance(heard.ended(), RefusalError)
            notices.asks("33" * 16)
            assert heard.request() == "33"

    assert notices.alarms == other.alarms == 0


@pytest.mark.parametrize("place", ["/nonce", "/requests"])
def test_what_is_no_portal_ends_it(line: Line, notices: NoticePortal, place: str) -> None:
    """Nothing is guessed at: the person is told."""
    notices.odd[place] = Reply(status=200, body="{}")
    notices.streams.append("503")
    with listening(line) as heard:
        error = heard.ended()

    assert isinstance(error, PhoneError)
    assert error.key == "not_a_portal"


def test_an_event_that_is_no_request_ends_it(line: Line, notices: NoticePortal) -> None:
    """What is streamed is judged like any other answer."""
    notices.streams.append("odd")
    with listening(line) as heard:
        error = heard.ended()

    assert isinstance(error, PhoneError)
    assert error.key == "not_a_portal"


def test_the_past_is_forgotten_in_the_end(line: Line, notices: NoticePortal) -> None:
    """A phone that listens for ever does not fill its memory."""
    from mobile_cli.ceremonies import listen

    heard = Heard()
    ear = listen._Ear(line, heard, Listener([], heard)._stop, QUICK)
    first = notices.asks("31" * 16)
    for number in range(listen._MOST_SEEN + 1):
        ear._pass_on(
            [type(first)(**{name: getattr(first, name) for name in first.__slots__} | {"request_id": str(number)})]
        )

    assert len(ear._seen) == listen._MOST_SEEN
