"""The inbox of a number, for programs: list, wait, stream; and who may not come near it."""

import json
import threading
from collections.abc import Callable, Iterator

import pytest

from authsim.model import User
from authsim.secret import Secret
from tests.support.child import LONGEST_S
from tests.support.device_line import Line, error_of, line_to
from tests.support.ports import ORIGIN
from tests.support.site import PASSWORD, Site
from web.streams import Streams

NUMBER = "+15555550123"
OTHER = "+447700900123"


@pytest.fixture
def alice(site: Site) -> User:
    """A user whom texts reach."""
    return site.adds("alice", phone=NUMBER)


@pytest.fixture
def line(site: Site) -> Line:
    """A line to the site's application, whose open answers beat fast."""
    site.app.extensions["authsim-streams"] = Streams(most=2, heartbeat_s=0.01, look_s=0.01)
    return line_to(site.app)


def texts(site: Site, name: str = "alice") -> None:
    """Let a phone ask for a user, so that a code is texted."""
    site.clock.advance(seconds=120)
    site.sells_phone().starts_adding(site.verifier, name, Secret(PASSWORD))


def shows(line: Line, query: str = "", number: str = NUMBER) -> list[dict[str, object]]:
    """Return the texts that the list shows."""
    answer = line("GET", f"/inbox/{number}/texts{query}", None, {})
    assert answer.status == 200, answer
    told = json.loads(answer.text)
    assert told.keys() == {"v", "texts"}
    assert told["v"] == 1
    return list(told["texts"])


def heard(flow: Iterator[bytes], *, beats: int = 2) -> list[dict[str, object]]:
    """Return the texts that come until the heart has beaten so often."""
    found: list[dict[str, object]] = []
    left = beats
    for block in flow:
        left -= block.startswith(b":")
        for event in block.split(b"\n\n"):
            fields = dict(part.partition(b": ")[::2] for part in event.splitlines())
            if fields.get(b"event") == b"text":
                found.append(json.loads(fields[b"data"]))
                assert int(fields[b"id"]) == found[-1]["sequence"]
        if not left:
            break
    return found


def test_texts_in_their_order(site: Site, alice: User, line: Line) -> None:
    """The list has each text with its number and instant, oldest first; `after` leaves out what was seen."""
    assert shows(line) == []
    for _ in range(3):
        texts(site)
    found = shows(line)
    assert [entry.keys() for entry in found] == [{"sequence", "text", "sent_ms"}] * 3
    assert all(str(entry["text"]).startswith("[SIMULATION] AuthSim code ") for entry in found)
    assert sorted(found, key=lambda entry: int(str(entry["sequence"]))) == found
    assert found[-1]["sent_ms"] == site.clock.now_ms()
    assert shows(line, f"?after={found[0]['sequence']}") == found[1:]


def test_only_the_numbers_own(site: Site, alice: User, line: Line) -> None:
    """Each inbox has what was texted to its number; a number of nobody has none."""
    site.adds("bob", phone=OTHER)
    texts(site)
    assert shows(line, number=OTHER) == []
    assert len(shows(line)) == 1
    for number in ("+15555550124", "15555550123", "x", "+15555550123%20", "%00"):
        for what in ("texts", "events"):
            assert error_of(line("GET", f"/inbox/{number}/{what}", None, {})) == (404, "not_found")


def test_waiting_for_a_text(site: Site, alice: User, line: Line) -> None:
    """A request that waits is answered when a text comes, at once when one is there, empty when the time is over."""
    assert shows(line, "?wait_ms=10") == []
    sender = threading.Timer(0.05, texts, (site,))
    sender.start()
    (found,) = shows(line, "?wait_ms=30000")
    sender.join(LONGEST_S)
    assert shows(line, "?wait_ms=30000") == [found]
    assert shows(line, f"?after={found['sequence']}&wait_ms=10") == []


@pytest.mark.parametrize(
    "query",
    [
        *("?wait_ms=30001", "?wait_ms=-1", "?wait_ms=x", "?wait_ms=", "?wait_ms=1&wait_ms=2", "?wait_ms=9999999999"),
        *("?after=x", "?after=-1", "?after=", "?after=1&after=2", "?after=" + "9" * 19),
    ],
)
def test_odd_queries(alice: User, line: Line, query: str) -> None:
    """What is no number in its bounds, or stands there twice, is malformed."""
    assert error_of(line("GET", f"/inbox/{NUMBER}/texts{query}", None, {})) == (400, "malformed")


def test_the_stream(site: Site, alice: User, line: Line) -> None:
    """A stream has the texts that come from now on; who names a place gets all later ones, none lost, none twice."""
    texts(site)
    client = site.app.test_client()
    answer = client.get(f"/inbox/{NUMBER}/events", base_url=ORIGIN)
    assert answer.content_type == "text/event-stream; charset=utf-8"
    flow = answer.iter_encoded()
    assert heard(flow) == []
    texts(site)
    texts(site)
    found = shows(line)
    assert heard(flow) == found[1:]
    answer.close()
    for seen in (0, 1, 2):
        after = 0 if seen == 0 else found[seen - 1]["sequence"]
        answer = client.get(f"/inbox/{NUMBER}/events?after={after}", base_url=ORIGIN)
        assert heard(answer.iter_encoded()) == found[seen:]
        answer.close()


def test_budget(site: Site, alice: User, line: Line) -> None:
    """Streams and requests that wait share the budget; a list that does not wait is always answered."""
    open_ones = [site.app.test_client().get(f"/inbox/{NUMBER}/events", base_url=ORIGIN) for _ in range(2)]
    for path in ("events", "texts?wait_ms=1000"):
        refused = line("GET", f"/inbox/{NUMBER}/{path}", None, {})
        assert error_of(refused) == (503, "busy")
        assert refused.headers["Retry-After"] == "5"
    assert shows(line) == []
    for answer in open_ones:
        answer.close()
    assert shows(line, "?wait_ms=1") == []


@pytest.mark.parametrize("site_of", ["cross-site", "same-site"])
def test_pages_of_other_origins(alice: User, line: Line, site_of: str) -> None:
    """A browser that says that another page asks gets nothing, and keeps nothing open."""
    for path in ("texts", "events"):
        assert error_of(line("GET", f"/inbox/{NUMBER}/{path}", None, {"Sec-Fetch-Site": site_of})) == (403, "forbidden")
    own = {"Sec-Fetch-Site": "same-origin", "Cookie": "authsim_look=en.auto"}
    assert line("GET", f"/inbox/{NUMBER}/texts", None, own).status == 200


def test_closed_inboxes(opens_site: Callable[..., Site]) -> None:
    """Where the operator closed it, there is no inbox: not for a number that exists, not for its page."""
    site = opens_site(is_inbox_open=False)
    site.adds("alice", phone=NUMBER)
    line = line_to(site.app)
    for path in (f"/inbox/{NUMBER}/texts", f"/inbox/{NUMBER}/events"):
        assert error_of(line("GET", path, None, {})) == (404, "not_found")
    assert line("GET", "/inbox", None, {}).status == 404
