"""Where a request ends: the readers of both servers, given messages that two readers could cut differently."""

import pytest
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from gunicorn.http.parser import RequestParser  # type: ignore[import-untyped]
from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser

HEAD = b"POST /sso/Login HTTP/1.1\r\nHost: localhost\r\n"
SECOND = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
AMBIGUOUS = {
    "two lengths": b"Content-Length: 0\r\nContent-Length: 46\r\n\r\n",
    "a list of lengths": b"Content-Length: 0, 46\r\n\r\n",
    "a signed length": b"Content-Length: +5\r\n\r\nhello",
    "a length with a blank": b"Content-Length: 1 0\r\n\r\nhello",
    "a length in other digits": b"Content-Length: 0x5\r\n\r\nhello",
    "a blank before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "an encoding that is none": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two encodings": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a size that is none": b"Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
    "a signed size": b"Transfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n",
}


def read_by_waitress(sent: bytes) -> tuple[bytes | None, bytes]:
    """The body as waitress reads it, or nothing when it refuses; and what it leaves for a next request."""
    parser = HTTPRequestParser(Adjustments(threads=1))
    rest = sent
    while rest and not parser.completed and not parser.error:
        rest = rest[parser.received(rest) :]
    if parser.error or not parser.completed:
        return None, rest
    stream = parser.get_body_stream()
    return stream.read(), rest


def read_by_gunicorn(sent: bytes) -> bytes | None:
    """The body as gunicorn reads it, or nothing when it refuses."""
    try:
        request = next(RequestParser(Config(), iter([sent]), ("127.0.0.1", 1)))
        body: bytes = request.body.read()
    except (ParseException, OSError):
        return None
    return body


@pytest.mark.parametrize("kind", AMBIGUOUS)
def test_what_could_be_cut_in_two_ways_is_refused(kind: str) -> None:
    """Neither server takes such a request, so that nothing can be hidden behind it."""
    sent = HEAD + AMBIGUOUS[kind] + SECOND

    assert read_by_waitress(sent)[0] is None
    assert read_by_gunicorn(sent) is None


def test_chunks_beat_the_length() -> None:
    """With both named, the length never decides where the body ends: refused, or ended by its chunks."""
    sent = HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"

    assert read_by_waitress(sent) in {(None, b""), (b"hello", b"")}
    assert read_by_gunicorn(sent) in {None, b"hello"}


def test_one_request_is_read_as_it_was_sent() -> None:
    """The readers of this test read what is sound."""
    plain = HEAD + b"Content-Length: 5\r\n\r\nhello"

    assert read_by_waitress(plain + SECOND) == (b"hello", SECOND)
    assert read_by_gunicorn(plain) == b"hello"
