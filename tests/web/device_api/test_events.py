"""The stream of one phone's requests: order, resumption, whom it belongs to, and how it ends."""

from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from authsim.model import Decision, User
from authsim.protocol.push import parse_request, parse_stream_end
from authsim.secret import Secret
from authsim.verifier import operators
from authsim.verifier.inbox import list_texts
from tests.support.device_line import API, Line, OnlinePhone, begins_login, enrols, error_of
from tests.support.ports import ORIGIN
from tests.support.site import PASSWORD, Site
from web.streams import Streams

EVENTS = f"{API}/events"


@pytest.fixture
def streams(site: Site) -> Streams:
    """The site's open answers, whose hearts beat fast."""
    site.app.extensions["authsim-streams"] = streams = Streams(most=4, heartbeat_s=0.01, look_s=0.01)
    return streams


def listens(site: Site, online: OnlinePhone, path: str = EVENTS, **headers: str) -> TestResponse:
    """Open a stream."""
    named = online.bearer | {name.replace("_", "-"): value for name, value in headers.items()}
    answer = site.app.test_client(use_cookies=False).get(path, base_url=ORIGIN, headers=named)
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "text/event-stream; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    return answer


def told(flow: Iterator[bytes], *, beats: int = 2) -> list[tuple[int, str]]:
    """Return (sequence, request id) of all that comes until the heart has beaten so often."""
    found, left = [], beats
    for block in flow:
        left -= block.startswith(b":")
        for event in block.split(b"\n\n"):
            fields = dict(line.partition(b": ")[::2] for line in event.splitlines())
            if fields.get(b"event") == b"request":
                found.append((int(fields[b"id"]), parse_request(fields[b"data"]).request_id))
        if not left:
            break
    return found


def adds_user(site: Site, user: User) -> None:
    """Move a user to a new phone by credentials and a texted code."""
    number = user.phone
    assert number is not None
    site.sells_phone().add_user(
        site.verifier, user.name, Secret(PASSWORD), reads=lambda: list_texts(site.verifier, number)[-1].text
    )


def last_word(answer: TestResponse) -> str:
    """Read a stream to its end, and return the state in its last event."""
    body = answer.get_data()
    event, data = body.strip().split(b"\n\n")[-1].splitlines()
    assert event == b"event: end"
    return parse_stream_end(data.removeprefix(b"data: ")).state


def test_a_first_connection_begins_with_what_is_open(site: Site, online: OnlinePhone, streams: Streams) -> None:
    """What is over is not sent; the open request is, and each that follows, in order, with ascending numbers."""
    begins_login(site.verifier, "alice")
    current = begins_login(site.verifier, "alice")
    flow = listens(site, online).iter_encoded()
    assert told(flow) == [(current.sequence, current.request_id)]
    more = [begins_login(site.verifier, "alice") for _ in range(3)]
    assert told(flow) == [(push.sequence, push.request_id) for push in more]
    assert told(flow) == []


def test_a_first_connection_without_open_requests(
    site: Site, online: OnlinePhone, line: Line, streams: Streams
) -> None:
    """Decided requests are not told again to a phone that connects for the first time, nor silent ones ever."""
    begins_login(site.verifier, "alice")
    (info,) = online.requests(line).requests
    online.decides(line, info, Decision.DENY)
    begins_login(site.verifier, "alice", notify=False)
    flow = listens(site, online).iter_encoded()
    assert told(flow) == []
    push = begins_login(site.verifier, "alice")
    assert told(flow) == [(push.sequence, push.request_id)]


@pytest.mark.parametrize("by", ["header", "query"])
def test_resumption(site: Site, online: OnlinePhone, streams: Streams, by: str) -> None:
    """Who names the last one that it saw gets every later one, whatever became of it, none lost and none twice."""
    pushes = [begins_login(site.verifier, "alice") for _ in range(120)]
    for seen in (0, 49, 50, 99, 119):
        after = pushes[seen].sequence
        if by == "header":
            answer = listens(site, online, Last_Event_ID=str(after))
        else:
            answer = listens(site, online, f"{EVENTS}?after={after}")
        assert told(answer.iter_encoded()) == [(push.sequence, push.request_id) for push in pushes[seen + 1 :]]
        answer.close()
    assert len(told(listens(site, online, Last_Event_ID="0").iter_encoded())) == len(pushes)


def test_a_foreign_place(site: Site, online: OnlinePhone, line: Line) -> None:
    """A place that is no number is malformed."""
    for text in ("x", "-1", "9" * 19):
        assert error_of(line("GET", EVENTS, None, online.bearer | {"Last-Event-ID": text})) == (400, "malformed")


def test_nobody_hears_anothers_requests(site: Site, online: OnlinePhone, line: Line, streams: Streams) -> None:
    """A stream carries what is for its own phone alone."""
    other = enrols(site.verifier, site.adds("bob").user_id)
    other.opens_session(line)
    flow, others = listens(site, online).iter_encoded(), listens(site, other, Last_Event_ID="0").iter_encoded()
    mine = [begins_login(site.verifier, "alice") for _ in range(2)]
    theirs = begins_login(site.verifier, "bob")
    assert told(flow) == [(push.sequence, push.request_id) for push in mine]
    assert told(others) == [(theirs.sequence, theirs.request_id)]


@pytest.mark.parametrize("state", ["suspended", "revoked", "replaced", "expired"])
def test_the_last_word(site: Site, alice: User, online: OnlinePhone, streams: Streams, state: str) -> None:
    """A stream ends when its device is out of use or its session is over, and says which."""
    answer = listens(site, online)
    flow = answer.iter_encoded()
    assert told(flow) == []
    if state == "suspended":
        operators.suspend(site.verifier, alice)
    elif state == "expired":
        site.clock.advance(seconds=600)
    elif state == "revoked":
        operators.revoke_device(site.verifier, alice)
    else:
        adds_user(site, alice)
    assert last_word(answer) == state
    answer.close()
    assert len(streams) == 0
    refused = site.app.test_client(use_cookies=False).get(EVENTS, base_url=ORIGIN, headers=online.bearer)
    assert refused.status_code in (401, 409)
