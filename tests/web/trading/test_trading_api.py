"""The trading device as a program: credentials, the challenge, a typed response, and signing out."""

import json
from typing import Any

import pytest

from authsim.model import Mode, User
from authsim.protocol.trading import (
    TradingChallenge,
    TradingEntry,
    parse_trading_challenge,
    parse_trading_done,
    parse_trading_entry,
)
from authsim.verifier import operators
from tests.support.device import TestPhone
from tests.support.device_line import Answer, Line, enrols, error_of, line_to, post
from tests.support.site import PASSWORD, Site

API = "/api/trading/v1"


@pytest.fixture
def line(site: Site) -> Line:
    """A line to the site's application."""
    return line_to(site.app)


@pytest.fixture
def active(site: Site, alice: User) -> TestPhone:
    """Alice's authentication device."""
    return enrols(site.verifier, alice.user_id).phone


def send(line: Line, step: str, **members: Any) -> Answer:
    """Post one message."""
    return post(line, f"{API}/{step}", json.dumps({"v": 1} | members))


def asked(line: Line, name: str = "alice") -> TradingChallenge:
    """Log in with the right credentials."""
    answer = send(line, "login", username=name, password=PASSWORD)
    assert answer.status == 200, answer
    return parse_trading_challenge(answer.text.encode())


def enters(line: Line, phone: TestPhone) -> TradingEntry:
    """Log in with both factors."""
    challenge = asked(line)
    response = phone.respond(challenge.challenge)
    answer = send(line, "respond", token=challenge.token.reveal_text(), response=response)
    assert answer.status == 200, answer
    return parse_trading_entry(answer.text.encode())


def test_from_login_to_sign_out(site: Site, alice: User, active: TestPhone, line: Line) -> None:
    """The flow of the article: a challenge, the response string, a session; signing out ends it."""
    challenge = asked(line)
    assert challenge.exp == site.clock.now_ms() + 180_000
    response = active.respond(challenge.challenge)
    answer = send(line, "respond", token=challenge.token.reveal_text(), response=f"{response[:4]} {response[4:]}")
    entry = parse_trading_entry(answer.text.encode())
    assert entry.user_label == "alice"
    assert "Set-Cookie" not in answer.headers
    (session,) = site.verifier.store.sessions.list_open(alice.user_id, now_ms=site.clock.now_ms())
    assert session.factors.value == "two"
    done = send(line, "sign-out", session=entry.session.reveal_text())
    parse_trading_done(done.text.encode())
    assert site.verifier.store.sessions.list_open(alice.user_id, now_ms=site.clock.now_ms()) == []
    assert error_of(send(line, "sign-out", session=entry.session.reveal_text())) == (401, "auth_failed")


def test_nothing_is_announced(site: Site, active: TestPhone, line: Line) -> None:
    """A trading device asks for a typed response; the phone hears of no request."""
    asked(line)
    assert site.verifier.store.pushes.list_open(active.device_id, now_ms=site.clock.now_ms()) == []


def test_who_has_opted_out_is_in(site: Site, alice: User, active: TestPhone, line: Line) -> None:
    """Credentials alone open a session of one factor that reaches trading, and signing out ends it."""
    operators.set_secure_login(site.verifier, alice, is_needed=False)

    answer = send(line, "login", username="alice", password=PASSWORD)

    entry = parse_trading_entry(answer.text.encode())
    assert entry.user_label == "alice"
    (session,) = site.verifier.store.sessions.list_open(alice.user_id, now_ms=site.clock.now_ms())
    assert (session.factors.value, session.reach.value) == ("one", "trading")
    parse_trading_done(send(line, "sign-out", session=entry.session.reveal_text()).text.encode())
    assert error_of(send(line, "login", username="alice", password="wrong horse")) == (401, "auth_failed")


def test_every_mode_may_trade(site: Site, line: Line) -> None:
    """There is no live/paper switch on this device: a user's own mode is taken."""
    paper = site.adds("paula", mode=Mode.PAPER)
    enrols(site.verifier, paper.user_id)
    assert asked(line, "paula").challenge


def test_wrong_credentials(active: TestPhone, line: Line) -> None:
    """A wrong password and an unknown name are one answer."""
    told = [error_of(send(line, "login", username=name, password="wrong horse")) for name in ("alice", "nobody")]
    assert told == [(401, "auth_failed")] * 2


def test_waiting_after_failures(active: TestPhone, line: Line) -> None:
    """From the fifth failure on the answer says how long to wait."""
    for _ in range(5):
        send(line, "login", username="alice", password="wrong horse")
    late = send(line, "login", username="alice", password=PASSWORD)
    assert error_of(late) == (429, "slow_down")
    assert late.headers["Retry-After"] == "53"


def test_a_wrong_response(active: TestPhone, line: Line) -> None:
    """One wrong response ends the login; a malformed one counts nothing."""
    challenge = asked(line)
    token, right = challenge.token.reveal_text(), active.respond(challenge.challenge)
    wrong = f"{(int(right) + 1) % 10**8:08d}"
    assert error_of(send(line, "respond", token=token, response="1234")) == (400, "malformed")
    assert error_of(send(line, "respond", token=token, response=wrong)) == (401, "auth_failed")
    assert error_of(send(line, "respond", token=token, response=right)) == (409, "state")


def test_a_late_response(site: Site, active: TestPhone, line: Line) -> None:
    """A challenge lives for three minutes."""
    challenge = asked(line)
    site.clock.advance(seconds=180)
    answer = send(line, "respond", token=challenge.token.reveal_text(), response=active.respond(challenge.challenge))
    assert error_of(answer) == (401, "auth_failed")


def test_a_response_twice(active: TestPhone, line: Line) -> None:
    """A response opens one session."""
    challenge = asked(line)
    given = {"token": challenge.token.reveal_text(), "response": active.respond(challenge.challenge)}
    assert send(line, "respond", **given).status == 200
    assert error_of(send(line, "respond", **given)) == (409, "state")


@pytest.mark.parametrize("state", ["never activated", "suspended", "revoked"])
def test_users_without_an_active_phone(site: Site, alice: User, line: Line, state: str) -> None:
    """Nobody trades whose phone cannot answer."""
    if state != "never activated":
        enrols(site.verifier, alice.user_id)
        (operators.suspend if state == "suspended" else operators.revoke_device)(site.verifier, alice)
    assert error_of(send(line, "login", username="alice", password=PASSWORD)) == (409, "state")


def test_foreign_tokens(active: TestPhone, line: Line) -> None:
    """A token that nobody was given answers for nothing; what is none is malformed."""
    assert error_of(send(line, "respond", token="A" * 43, response="12345678")) == (401, "auth_failed")
    assert error_of(send(line, "sign-out", session="A" * 43)) == (401, "auth_failed")
    for token in ("", "A" * 42, "A" * 44, "=" * 43, 1, None):
        assert error_of(send(line, "respond", token=token, response="12345678")) == (400, "malformed")
        assert error_of(send(line, "sign-out", session=token)) == (400, "malformed")


def test_a_session_of_one_is_not_the_login_of_another(site: Site, active: TestPhone, line: Line) -> None:
    """The token of a session completes no login, and the token of a login ends no session."""
    entry, challenge = enters(line, active), asked(line)
    response = active.respond(challenge.challenge)
    session, token = entry.session.reveal_text(), challenge.token.reveal_text()
    assert error_of(send(line, "respond", token=session, response=response)) == (401, "auth_failed")
    assert error_of(send(line, "sign-out", session=token)) == (401, "auth_failed")
