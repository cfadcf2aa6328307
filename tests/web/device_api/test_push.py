"""Requests and decisions over the wire: what a phone is shown, what it may answer, and what is not its own."""

import json

import pytest

from authsim.model import Decision, User
from authsim.protocol.push import DENY, parse_decision_reply
from authsim.verifier import operators
from tests.support.device_line import API, Line, OnlinePhone, begins_login, enrols, error_of, post
from tests.support.site import Site


@pytest.fixture
def stranger(site: Site, line: Line) -> OnlinePhone:
    """The phone of another user, with a session of its own."""
    online = enrols(site.verifier, site.adds("bob").user_id, "bob's phone")
    online.opens_session(line)
    return online


def test_what_waits(site: Site, alice: User, online: OnlinePhone, line: Line) -> None:
    """A request shows purpose and context and no number; whether notifications are on is said beside it."""
    assert online.requests(line).seamless
    push = begins_login(site.verifier, "alice")
    reply = online.requests(line)
    (info,) = reply.requests
    assert (info.request_id, info.purpose, info.digits, info.state) == (push.request_id, 1, 0, "issued")
    assert (info.context.ip, info.context.agent, info.context.place) == ("127.0.0.1", "a browser", "AuthSim")
    operators.set_seamless(site.verifier, alice, False)
    assert not online.requests(line).seamless


@pytest.mark.parametrize(
    ("decision", "word"), [(Decision.APPROVE, "approved"), (Decision.DENY, "denied"), (Decision.REPORT, "reported")]
)
def test_decisions(site: Site, online: OnlinePhone, line: Line, decision: Decision, word: str) -> None:
    """Each decision is taken once, without a token; the second tap comes too late."""
    begins_login(site.verifier, "alice")
    (info,) = online.requests(line).requests
    answer = online.decides(line, info, decision)
    assert answer.status == 200
    assert parse_decision_reply(answer.text.encode()).state == word
    assert error_of(online.decides(line, info, decision)) == (409, "state")
    assert online.requests(line).requests == ()


def test_a_silent_request_is_found_by_its_id(site: Site, online: OnlinePhone, line: Line) -> None:
    """What is not announced is not listed; who scanned its id fetches and decides it."""
    push = begins_login(site.verifier, "alice", notify=False)
    assert online.requests(line).requests == ()
    info = online.request(line, push.request_id)
    assert online.decides(line, info, Decision.APPROVE).status == 200


def test_requests_of_others_do_not_exist(site: Site, online: OnlinePhone, stranger: OnlinePhone, line: Line) -> None:
    """A foreign id and one that nobody drew look alike, to a reader and to whoever decides."""
    begins_login(site.verifier, "alice")
    (info,) = online.requests(line).requests
    assert stranger.requests(line).requests == ()
    for request_id in (info.request_id, "0" * 32, "zz", "x" * 200, "é"):
        answer = line("GET", f"{API}/requests/{request_id}", None, stranger.bearer)
        assert error_of(answer) == (404, "not_found"), request_id
    unknown = json.loads(stranger.decision(info, Decision.APPROVE))
    assert error_of(post(line, f"{API}/push/{'0' * 32}", json.dumps(unknown))) == (404, "not_found")
    assert error_of(stranger.decides(line, info, Decision.APPROVE)) == (401, "auth_failed")
    assert online.decides(line, info, Decision.DENY).status == 200


def test_late_and_superseded(site: Site, online: OnlinePhone, line: Line) -> None:
    """A request that a newer one overtook, and one that is too old, are 409, and their states can be read."""
    old = online.request(line, begins_login(site.verifier, "alice").request_id)
    new = online.request(line, begins_login(site.verifier, "alice").request_id)
    assert error_of(online.decides(line, old, Decision.APPROVE)) == (409, "state")
    assert online.request(line, old.request_id).state == "superseded"
    site.clock.advance(seconds=180)
    assert error_of(online.decides(line, new, Decision.APPROVE)) == (409, "state")
    assert online.request(line, new.request_id).state == "expired"


def test_every_byte_of_a_decision_counts(site: Site, online: OnlinePhone, line: Line) -> None:
    """Another decision, counter or signature under the same signature is 401, and the request still waits."""
    begins_login(site.verifier, "alice")
    (info,) = online.requests(line).requests
    good = json.loads(online.decision(info, Decision.APPROVE))
    other = ("B" if good["sig"][0] == "A" else "A") + good["sig"][1:]
    for change in ({"decision": DENY}, {"ctr": good["ctr"] + 1}, {"sig": other}):
        assert error_of(post(line, f"{API}/push/{info.request_id}", json.dumps(good | change))) == (401, "auth_failed")
    for change in ({"decision": 4}, {"decision": "1"}, {"number": "1234567"}, {"number": 1}, {"ctr": -1}, {"sig": "x"}):
        assert error_of(post(line, f"{API}/push/{info.request_id}", json.dumps(good | change))) == (400, "malformed")
    (info,) = online.requests(line).requests
    assert post(line, f"{API}/push/{info.request_id}", json.dumps(good)).status == 200


def test_a_decision_is_not_repeated(site: Site, online: OnlinePhone, line: Line) -> None:
    """The same bytes again change nothing and are answered as they were; others after the decision are refused."""
    begins_login(site.verifier, "alice")
    (info,) = online.requests(line).requests
    body = online.decision(info, Decision.APPROVE)
    address = f"{API}/push/{info.request_id}"
    answers = [post(line, address, body) for _ in range(2)]
    assert [(answer.status, answer.text) for answer in answers] == [(200, answers[0].text)] * 2
    assert post(line, address, online.decision(info, Decision.DENY)).status == 409
    assert online.request(line, info.request_id).state == "consumed"


@pytest.mark.parametrize("text", ["a%00b", "%00", "0" * 31, "0" * 33, "A" * 32, "0" * 31 + "%0A", "%F0%9F%92%A9"])
def test_what_can_be_no_id_is_not_looked_up(site: Site, online: OnlinePhone, line: Line, text: str) -> None:
    """It does not exist, like a foreign one; the database is not asked, which may refuse to read it."""
    begins_login(site.verifier, "alice")
    (info,) = online.requests(line).requests
    rows = site.verifier.store.audit.head()

    decided = post(line, f"{API}/push/{text}", online.decision(info, Decision.APPROVE))
    assert error_of(decided) == (404, "not_found")
    assert error_of(line("GET", f"{API}/requests/{text}", None, online.bearer)) == (404, "not_found")
    assert site.verifier.store.audit.head() == rows
