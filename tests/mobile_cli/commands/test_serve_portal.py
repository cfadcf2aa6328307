"""`authkey serve` asks its portal what to answer: a program says whose login it is, and the phone does the rest."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from authsim.authenticator.respond import respond
from authsim.protocol.challenges import ChallengeInfo, ChallengesReply, format_challenges_reply
from authsim.protocol.codes import Purpose, format_challenge
from authsim.protocol.suite import CLASSIC6, STRICT10
from tests.support.authkey import Authkey
from tests.support.browser_plain import Visitor
from tests.support.notice_portal import FAR, NoticePortal, Reply
from tests.support.phones import make_phone
from tests.support.portal import password_of, served_portal
from tests.support.resident import Resident
from tests.support.serving_phone import ServingPhone, serving

WAITING = ChallengeInfo(question="123456", suite=CLASSIC6, purpose=Purpose.LOG_IN, iat=FAR - 180_000, exp=FAR)


def begins(resident: Resident) -> Visitor:
    """Pass the first factor in a browser that goes to the challenge at once, as programs do."""
    visitor = resident.portal.visitor()
    visitor.types_password(resident.name, password_of(resident.name))
    return visitor


def types(visitor: Visitor, response: str) -> bool:
    """Type a response into the page; say whether it let the browser in."""
    assert visitor.page is not None
    return visitor.send(visitor.page.one(cls="xyzform-gold"), {"gold-response": response}).has_succeeded


def test_the_login_that_waits_is_answered(resident: Resident) -> None:
    """Nobody says the challenge: the response lets the browser in, and then there is nothing to answer."""
    with serving(resident.phone) as server:
        refused = server.gives(f"user={resident.name}")
        assert refused.status == 409
        assert refused.text.startswith(f"No login of {resident.name} waits for a response. Begin one at the portal")
        browser = begins(resident)
        given = server.gives(f"user={resident.name}")
        assert (given.status, len(given.body)) == (200, 8)
        assert types(browser, given.text)
        assert server.gives().status == 409


def test_the_page_s_own_challenge_can_be_named(resident: Resident) -> None:
    """A program that reads its page asks for that challenge, whatever login came later."""
    with serving(resident.phone) as server:
        first, second = begins(resident), begins(resident)
        assert first.page is not None
        assert types(first, server.gives(f"challenge={first.page.challenge}").text)
        assert types(second, server.gives().text)


def test_a_user_without_notifications_is_answered(resident: Resident) -> None:
    """The page shows the challenge at once, and the phone hears of it without any request."""
    resident.portal.operator("users", "seamless", resident.name, "off")
    with serving(resident.phone) as server:
        browser = begins(resident)
        assert types(browser, server.gives(f"user={resident.name}").text)


def test_each_user_has_their_own_login(moves_in: Callable[..., Resident]) -> None:
    """Two users on one phone: each one's response fits their own page only."""
    alice, bob = moves_in(), moves_in()
    with serving(alice.phone) as server:
        assert server.gives().status == 400
        hers, his = begins(alice), begins(bob)
        assert types(hers, server.gives(f"user={alice.name}").text)
        assert server.gives(f"user={alice.name}").status == 409
        assert types(his, server.gives(f"user={bob.name}").text)


def test_what_the_portal_says_of_the_phone_is_passed_on(resident: Resident) -> None:
    """Suspended, revoked: the sentence that every command says, and nothing is given."""
    with serving(resident.phone) as server:
        begins(resident)
        resident.portal.operator("users", "suspend", resident.name)
        suspended = server.gives()
        assert suspended.status == 409
        assert suspended.text.startswith("This phone is suspended for this user.")
        resident.portal.operator("users", "resume", resident.name)
        resident.portal.operator("users", "revoke", resident.name)
        assert server.gives().text.startswith("This phone was taken out of use for this user.")


def test_a_portal_that_stops_and_starts_anew(moves_in: Callable[..., Resident], tmp_path: Path) -> None:
    """502 while it is gone; afterwards the same phone goes on."""
    with served_portal(tmp_path / "portal") as portal:
        resident = moves_in(portal=portal)
        with serving(resident.phone) as server:
            assert server.gives().status == 409
            portal.stop()
            gone = server.gives()
            assert gone.status == 502
            assert portal.address in gone.text
            portal.serve()
            assert types(begins(resident), server.gives().text)
            alarms = portal.rows("SELECT alarms FROM devices")
    assert [row[0] for row in alarms] == [0]


@pytest.fixture
def notices(authkey: Authkey) -> Iterator[NoticePortal]:
    """A portal that can be told to misbehave, and a phone that is active at it."""
    with NoticePortal().serving() as serving:
        authkey.holds(make_phone(serving.account))
        yield serving


@pytest.fixture
def server(authkey: Authkey, notices: NoticePortal) -> Iterator[ServingPhone]:
    """That phone, serving."""
    with serving(authkey) as server:
        yield server


def says(notices: NoticePortal, body: str, status: int = 200) -> None:
    """Let the portal answer so when it is asked what waits."""
    notices.odd["/challenges"] = Reply(status=status, body=body)


def waits(notices: NoticePortal, *challenges: ChallengeInfo) -> None:
    """Let these wait."""
    says(notices, format_challenges_reply(ChallengesReply(challenges=challenges)))


def test_the_phone_shows_its_key_for_each_question(notices: NoticePortal, server: ServingPhone) -> None:
    """Nonce, session, question: nothing of a session is kept between two programs."""
    waits(notices, WAITING)
    for _ in range(2):
        assert server.gives().text == respond(notices.account, WAITING.question).text
    assert notices.calls == ["POST /nonce", "POST /session", "GET /challenges"] * 2
    assert notices.alarms == 0


@pytest.mark.parametrize("purpose", range(Purpose.ADD_DEVICE, Purpose.SELF_TEST + 1))
def test_nothing_grave_is_answered_unattended(notices: NoticePortal, server: ServingPhone, purpose: int) -> None:
    """Where the portal says that it is about more than a login, a person has to answer."""
    waits(notices, ChallengeInfo(question="123456", suite=CLASSIC6, purpose=purpose, iat=0, exp=FAR))
    refused = server.gives()
    assert refused.status == 409
    assert refused.text.startswith("The challenge asks for more than a login")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "{}"),
        (200, "not JSON"),
        (200, json.dumps({"v": 1, "challenges": [{"question": "123456"}]})),
        (404, '{"v":1,"error":"not_found","ref":"x"}'),
        (200, '{"v":1,"challenges":[' + " " * 20_000 + "]}"),
        (500, "{}"),
        (503, "{}"),
    ],
    ids=["empty", "text", "members", "unknown", "large", "broken", "busy"],
)
def test_what_is_no_answer_is_a_bad_gateway(
    notices: NoticePortal, server: ServingPhone, status: int, body: str
) -> None:
    """502, and which portal it was; nothing of what it said is repeated."""
    says(notices, body, status)
    refused = server.gives()
    assert refused.status == 502
    assert notices.origin in refused.text


def test_a_challenge_of_another_suite_is_no_answer(notices: NoticePortal, server: ServingPhone) -> None:
    """The suite of an account never changes: a portal that asks in another one is not the phone's."""
    strict = format_challenge(STRICT10, purpose=Purpose.LOG_IN, draw=7)
    waits(notices, ChallengeInfo(question=strict, suite=STRICT10, purpose=Purpose.LOG_IN, iat=0, exp=FAR))
    assert server.gives().status == 502
