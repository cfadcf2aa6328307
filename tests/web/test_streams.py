"""Answers that stay open: what they send, who may have how many, and that each of them ends."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from flask import Flask, Response
from werkzeug.exceptions import ServiceUnavailable

from authsim.adapters.bus import LocalBus
from authsim.errors import MessageError, Reason, RefusalError, StoreError
from web.streams import MOST_OF_ONE, Message, News, Streams, read_resume_point, register, streams_of

RETRY = b"retry: 3000\n\n"
BEAT = b": still here\n\n"
TOPIC = "a topic"


def quick(*, most: int = 8, longest_s: float = 600) -> Streams:
    """Streams whose heart beats fast."""
    return Streams(most=most, heartbeat_s=0.01, look_s=0.01, longest_s=longest_s)


def patient(*, most: int = 8) -> Streams:
    """Streams whose heart does not beat while a test runs: what they send, they were woken for."""
    return Streams(most=most, heartbeat_s=3_600, look_s=0.01)


@contextmanager
def asked(path: str = "/", **more: object) -> Iterator[None]:
    """Be inside a request."""
    with Flask(__name__).test_request_context(path, **more):  # type: ignore[arg-type]
        yield


class Feed:
    """Something that a listener looks at: what was added since the last look."""

    def __init__(self, *waiting: News) -> None:
        self.bus = LocalBus()
        self.waiting = list(waiting)
        self.looks = 0
        self.raises: Exception | None = None

    def add(self, news: News) -> None:
        """Add news and ring."""
        self.waiting.append(news)
        self.bus.publish(TOPIC)

    def look(self) -> News:
        """Return the next news, or none."""
        self.looks += 1
        if self.raises is not None:
            raise self.raises
        return self.waiting.pop(0) if self.waiting else News()

    def opens(self, streams: Streams, owner: str = "somebody", **more: int) -> Response:
        """Listen."""
        return streams.answer(owner, lambda: self.bus.subscribe(TOPIC), self.look, **more)


def told(number: int, *, is_over: bool = False, has_more: bool = False) -> News:
    """News of one message."""
    return News(
        messages=[Message(event="request", data=f'{{"n":{number}}}', sequence=number)],
        is_over=is_over,
        has_more=has_more,
    )


def test_events_in_their_order() -> None:
    """What there is comes first, then what is added, each with its number; after the last word the answer ends."""
    streams, feed = patient(), Feed(told(1))
    with asked():
        flow = feed.opens(streams).iter_encoded()
    assert next(flow) == RETRY
    assert next(flow) == b'id: 1\nevent: request\ndata: {"n":1}\n\n'
    feed.add(told(2))
    assert next(flow) == b'id: 2\nevent: request\ndata: {"n":2}\n\n'
    feed.add(News(messages=[Message(event="end", data="{}")], is_over=True))
    assert list(flow) == [b"event: end\ndata: {}\n\n"]


def test_more_is_read_at_once() -> None:
    """A look that did not find all is followed by another, without waiting for anybody."""
    streams, feed = patient(), Feed(told(1, has_more=True), told(2, has_more=True), told(3, is_over=True))
    with asked():
        assert feed.opens(streams).get_data().count(b"event: request") == 3
    assert feed.looks == 3


def test_a_line_break_begins_no_field() -> None:
    """Whatever stands in the data, each of its lines is data."""
    message = Message(event="text", data="one\nevent: end\rid: 7\r\ndata")
    with asked():
        body = Feed(News(messages=[message], is_over=True)).opens(quick()).get_data()
    assert body == RETRY + b"event: text\ndata: one\ndata: event: end\ndata: id: 7\ndata: data\n\n"


def test_what_happens_between_the_first_look_and_the_first_wait_is_heard() -> None:
    """The bell is listened to before the store is read, so nothing falls into the gap."""
    streams, feed = patient(), Feed()

    def look() -> News:
        found = feed.look()
        if feed.looks == 1:
            feed.add(told(1, is_over=True))
        return found

    with asked():
        answer = streams.answer("somebody", lambda: feed.bus.subscribe(TOPIC), look)
        assert b"id: 1" in answer.get_data()


def test_quiet_streams_beat_and_look() -> None:
    """Without news there is a comment at each heartbeat, and a look at the store before the next."""
    feed = Feed()
    with asked():
        flow = feed.opens(quick()).iter_encoded()
    assert [next(flow) for _ in range(4)] == [RETRY, BEAT, BEAT, BEAT]
    assert feed.looks == 3


def test_headers() -> None:
    """It is an event stream that no proxy keeps back."""
    with asked():
        answer = Feed(told(1, is_over=True)).opens(quick())
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["X-Accel-Buffering"] == "no"


def test_a_refusal_at_the_start_is_a_plain_answer() -> None:
    """Who may not listen hears why by status, and takes no place."""
    streams, feed = quick(most=1), Feed()
    feed.raises = RefusalError(Reason.DEVICE_SESSION_EXPIRED)
    with asked():
        for _ in range(3):
            with pytest.raises(RefusalError):
                feed.opens(streams)
    assert len(streams) == 0
    assert not feed.bus.has_listeners


@pytest.mark.parametrize(
    "error", [StoreError("typed words"), RefusalError(Reason.SESSION_EXPIRED), ValueError("typed words")]
)
def test_what_fails_later_ends_the_answer(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """An answer that has begun ends when a look fails, and the log has the kind of error without its words."""
    feed = Feed()
    with asked(), caplog.at_level(logging.WARNING, "authsim.web"):
        flow = feed.opens(quick()).iter_encoded()
        assert next(flow) == RETRY
        feed.raises = error
        assert list(flow) == [BEAT]
    assert type(error).__name__ in caplog.text
    assert "typed words" not in caplog.text


def test_budget() -> None:
    """One more than allowed is 503; a place is free again when its answer is closed, read or not."""
    streams, feed = quick(most=2), Feed()
    with asked():
        first, second = feed.opens(streams, "a"), feed.opens(streams, "b")
        with pytest.raises(ServiceUnavailable):
            feed.opens(streams, "c")
        first.close()
        third = feed.opens(streams, "c")
        assert next(third.iter_encoded()) == RETRY
        for answer in (second, third):
            answer.close()
    assert len(streams) == 0
    assert not feed.bus.has_listeners


def test_head_takes_no_place() -> None:
    """HEAD gets the headers, or the refusal, and holds nothing."""
    streams, feed = quick(most=1), Feed()
    with asked(method="HEAD"):
        for _ in range(3):
            answer = feed.opens(streams)
            assert answer.mimetype == "text/event-stream"
            assert answer.get_data() == b""
        feed.raises = RefusalError(Reason.DEVICE_SESSION_EXPIRED)
        with pytest.raises(RefusalError):
            feed.opens(streams)
    assert len(streams) == 0
    assert not feed.bus.has_listeners


@pytest.mark.parametrize("share", [MOST_OF_ONE, 4])
def test_one_more_of_the_same_owner_ends_its_oldest(share: int) -> None:
    """Whoever comes back after a lost connection is served at once, and nobody holds more than a share."""
    streams, feed = patient(most=16), Feed()
    with asked():
        open_ones = [feed.opens(streams, "a", share=share) for _ in range(share)]
        other = feed.opens(streams, "b", share=share)
        newest = feed.opens(streams, "a", share=share)
        assert len(streams) == share + 1
        assert list(open_ones[0].iter_encoded()) == [RETRY, BEAT]
        feed.waiting += [told(1)] * (share + 1)
        feed.bus.publish(TOPIC)
        for answer in (*open_ones[1:], other, newest):
            flow = answer.iter_encoded()
            assert next(flow) == RETRY
            assert next(flow).startswith(b"id: 1")


def test_coming_again_and_again_takes_no_more_threads() -> None:
    """An answer that was told to end holds its thread until it notices: one owner has as many of these as places."""
    streams, feed = patient(most=16), Feed()
    with asked():
        open_ones = [feed.opens(streams, "a") for _ in range(2 * MOST_OF_ONE)]
        for _ in range(3):
            with pytest.raises(ServiceUnavailable):
                feed.opens(streams, "a")
        assert len(streams) == MOST_OF_ONE
        feed.opens(streams, "b").close()
        open_ones[0].close()
        feed.opens(streams, "a").close()


def test_many_owners_that_come_again_and_again() -> None:
    """Together they hold half as many threads again as may stay open, and not more."""
    streams, feed = patient(most=4), Feed()
    with asked():
        held = [feed.opens(streams, owner) for owner in ("a", "a", "b", "b", "a", "b")]
        assert (len(held), len(streams)) == (6, 4)
        for owner in ("a", "b", "c"):
            with pytest.raises(ServiceUnavailable):
                feed.opens(streams, owner)
        for answer in held:
            answer.close()
        feed.opens(streams, "c").close()
    assert not feed.bus.has_listeners


def test_the_end_of_the_server() -> None:
    """When the server ends, so does each answer, without a failure; no other is begun."""
    streams, feed = patient(), Feed()
    with asked():
        flow = feed.opens(streams).iter_encoded()
        assert next(flow) == RETRY
        threading.Timer(0.05, streams.end).start()
        assert list(flow) == [BEAT]
        with pytest.raises(ServiceUnavailable):
            feed.opens(streams)


def test_nothing_stays_open_for_good() -> None:
    """An answer ends by itself after the longest time, and its listener resumes."""
    with asked():
        assert Feed().opens(quick(longest_s=0)).get_data() == RETRY + BEAT


def test_who_hangs_up_is_noticed() -> None:
    """Where the server knows that the client has gone, waiting ends at once."""
    gone = threading.Event()
    environ = {"waitress.client_disconnected": gone.is_set}
    streams, feed = patient(), Feed()
    with asked(environ_overrides=environ):
        flow = feed.opens(streams).iter_encoded()
        assert next(flow) == RETRY
        gone.set()
        assert next(flow) == BEAT, "what the server cannot send tells it to close"
        assert waits(streams, feed, list) == []


def waits(streams: Streams, feed: Feed, look: Callable[[], Sequence[int]], seconds: float = 3_600) -> Sequence[int]:
    """Wait for something."""
    return streams.wait_for("somebody", lambda: feed.bus.subscribe(TOPIC), look, seconds=seconds)


def test_waiting_for_something() -> None:
    """What is there already is returned at once; what comes later, when it comes; nothing, when the time is over."""
    streams, feed = patient(), Feed()
    come: list[int] = []

    def comes() -> None:
        come.append(2)
        feed.bus.publish(TOPIC)

    with asked():
        assert waits(streams, feed, lambda: [1]) == [1]
        assert waits(streams, feed, list, seconds=0.01) == []
        threading.Timer(0.05, comes).start()
        assert waits(streams, feed, lambda: list(come)) == [2]
    assert len(streams) == 0
    assert not feed.bus.has_listeners


def test_waiting_takes_a_place() -> None:
    """Streams and waiting requests share one budget, and one end."""
    streams, feed = quick(most=1), Feed()
    with asked():
        answer = feed.opens(streams, "other")
        with pytest.raises(ServiceUnavailable):
            waits(streams, feed, lambda: [1])
        answer.close()
        threading.Timer(0.05, streams.end).start()
        assert waits(streams, feed, list) == []


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/", {}, None),
        ("/?after=0", {}, 0),
        ("/?after=17", {}, 17),
        ("/", {"Last-Event-ID": "18"}, 18),
        ("/?after=17", {"Last-Event-ID": "18"}, 18),
        ("/", {"Last-Event-ID": "9" * 18}, 10**18 - 1),
    ],
)
def test_where_a_listener_resumes(path: str, headers: dict[str, str], expected: int | None) -> None:
    """The header goes before the query: a browser that comes back sends its own."""
    with asked(path, headers=headers):
        assert read_resume_point() == expected


@pytest.mark.parametrize("text", ["", "-1", "1.0", "x", " 1", "１", "9" * 19, "0x1", "1\u0660"])
def test_foreign_places(text: str) -> None:
    """Anything but a short ASCII number is malformed."""
    with asked("/", query_string={"after": text}), pytest.raises(MessageError):
        read_resume_point()


def test_each_application_has_its_own() -> None:
    """The budget belongs to the application."""
    apps = Flask("one"), Flask("two")
    for app in apps:
        register(app, most=3)
    assert streams_of(apps[0]) is not streams_of(apps[1])
