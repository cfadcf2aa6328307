"""Enrolment by credentials and a texted code, over the wire: one status and one word for each way to fail."""

import json

import pytest

from authsim.model import User
from authsim.protocol.add_user import (
    AddUserResend,
    format_add_user_finish,
    format_add_user_resend,
    format_add_user_start,
    parse_add_user_started,
)
from authsim.protocol.messages import parse_activate_reply
from authsim.secret import Secret
from authsim.verifier.inbox import list_texts
from tests.support.adding import Adding, code_in
from tests.support.device_line import API, Answer, Line, enrols, error_of, post
from tests.support.site import PASSWORD, Site

START, RESEND, FINISH = (f"{API}/adduser/{step}" for step in ("start", "resend", "finish"))


@pytest.fixture
def adding(site: Site, alice: User) -> Adding:
    """A new phone that is about to ask for alice."""
    return site.sells_phone().begin_adding(site.verifier, alice.name)


def starts(line: Line, adding: Adding, password: str = PASSWORD) -> Answer:
    """Send B1, and keep the flow when there is one."""
    answer = post(line, START, format_add_user_start(adding.asks(Secret(password))))
    if answer.status == 202:
        adding.flow_id = parse_add_user_started(answer.text.encode()).flow_id
    return answer


def finishes(line: Line, adding: Adding, code: str) -> Answer:
    """Send B2."""
    return post(line, FINISH, format_add_user_finish(adding.brings(code)))


def resends(line: Line, flow_id: str) -> Answer:
    """Ask for another text."""
    return post(line, RESEND, format_add_user_resend(AddUserResend(flow_id=flow_id)))


def code_of(site: Site, user: User) -> str:
    """The code in the newest text to a user."""
    assert user.phone is not None
    return code_in(list_texts(site.verifier, user.phone)[-1].text)


def wrong(code: str) -> str:
    """Another code of the same length."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


def test_add_user(site: Site, alice: User, adding: Adding, line: Line) -> None:
    """Credentials are accepted with 202 and the life of the code; the code brings A2, and its bytes again the same."""
    before = enrols(site.verifier, alice.user_id)
    answer = starts(line, adding)
    assert (answer.status, json.loads(answer.text)) == (202, {"v": 1, "flow_id": adding.flow_id, "expires_in": 600})
    body = format_add_user_finish(adding.brings(code_of(site, alice)))
    first, again = post(line, FINISH, body), post(line, FINISH, body)
    assert (first.status, first.text) == (200, again.text)
    device = site.verifier.store.devices.active_of(alice.user_id)
    assert device is not None
    assert device.device_id == parse_activate_reply(first.text.encode()).device_id != before.phone.device_id


def test_wrong_credentials(site: Site, alice: User, adding: Adding, line: Line) -> None:
    """A wrong password and an unknown name are one answer; neither is texted to."""
    stranger = site.sells_phone().begin_adding(site.verifier, "nobody")
    told = [error_of(starts(line, adding, "wrong horse battery")), error_of(starts(line, stranger))]
    assert told == [(401, "auth_failed")] * 2
    assert alice.phone is not None
    assert list_texts(site.verifier, alice.phone) == []


def test_a_wait_after_failures(adding: Adding, line: Line) -> None:
    """Wrong passwords count as anywhere: from the fifth on the next attempt waits."""
    for _ in range(5):
        starts(line, adding, "wrong horse battery")
    late = starts(line, adding)
    assert error_of(late) == (429, "slow_down")
    assert late.headers["Retry-After"] == "53"


def test_no_number_on_file(site: Site, line: Line) -> None:
    """A right password of a user without a number is 409."""
    site.adds("bob")
    assert error_of(starts(line, site.sells_phone().begin_adding(site.verifier, "bob"))) == (409, "state")


def test_wrong_codes(site: Site, alice: User, adding: Adding, line: Line) -> None:
    """Each wrong code is 401; after the last one the right code comes too late."""
    starts(line, adding)
    code = code_of(site, alice)
    for _ in range(3):
        assert error_of(finishes(line, adding, wrong(code))) == (401, "auth_failed")
    assert error_of(finishes(line, adding, code)) == (409, "state")
    assert site.verifier.store.devices.active_of(alice.user_id) is None


def test_resending(site: Site, alice: User, adding: Adding, line: Line) -> None:
    """Another text needs two minutes; there are only so many; the newest code is the one that counts."""
    starts(line, adding)
    old = code_of(site, alice)
    early = resends(line, adding.flow_id)
    assert error_of(early) == (429, "slow_down")
    assert early.headers["Retry-After"] == "120"
    for _ in range(2):
        site.clock.advance(seconds=120)
        assert resends(line, adding.flow_id).status == 202
    site.clock.advance(seconds=120)
    assert error_of(resends(line, adding.flow_id)) == (409, "state")
    new = code_of(site, alice)
    if old != new:
        assert error_of(finishes(line, adding, old)) == (401, "auth_failed")
    assert finishes(line, adding, new).status == 200


def test_expiry(site: Site, alice: User, adding: Adding, line: Line) -> None:
    """A code is good for ten minutes and not a moment longer."""
    starts(line, adding)
    site.clock.advance(seconds=600)
    assert error_of(finishes(line, adding, code_of(site, alice))) == (409, "state")


def test_unknown_flows(adding: Adding, line: Line) -> None:
    """A flow that nobody began is 404, to both who wait for it."""
    adding.flow_id = "0" * 32
    assert error_of(resends(line, adding.flow_id)) == (404, "not_found")
    assert error_of(finishes(line, adding, "123456")) == (404, "not_found")


def test_somebody_elses_flow(site: Site, alice: User, adding: Adding, line: Line) -> None:
    """Who knows flow and code and has not the phone's key finishes nothing."""
    starts(line, adding)
    thief = site.sells_phone("thief's").begin_adding(site.verifier, alice.name)
    thief.flow_id = adding.flow_id
    assert error_of(finishes(line, thief, code_of(site, alice))) == (401, "auth_failed")
    assert site.verifier.store.devices.active_of(alice.user_id) is None
