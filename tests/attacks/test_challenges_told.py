"""A53: what a phone is told that it can answer: nobody else's, no decoy, and nothing once its session is over."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from authsim.model import User
from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.protocol.suite import STRICT10
from authsim.verifier import confirmation, operators
from tests.support.browser_plain import fill
from tests.support.device_line import API, Line, OnlinePhone, enrols, error_of, line_to
from tests.support.people import BROWSER
from tests.support.site import PASSWORD, Browser, Site, make_empty_database, open_site

PATH = f"{API}/challenges"


@pytest.fixture
def classic(tmp_path: Path) -> Iterator[Site]:
    """A portal as most are."""
    site = open_site(tmp_path, make_empty_database(tmp_path / "empty.sqlite3"))
    yield site
    site.portal.close()


@pytest.fixture
def hardened(tmp_path: Path) -> Iterator[Site]:
    """A portal whose second page is the same for everybody."""
    empty = make_empty_database(tmp_path / "empty.sqlite3")
    site = open_site(tmp_path, empty, policy=PROFILES[HARDENED], suite=STRICT10)
    yield site
    site.portal.close()


def enrolled(site: Site, name: str) -> tuple[User, OnlinePhone, Line]:
    """Add a user with a phone that is active and has a session."""
    user, line = site.adds(name), line_to(site.app)
    online = enrols(site.verifier, user.user_id, f"{name}'s phone")
    waiting = confirmation.find_unconfirmed(site.verifier, user, now_ms=site.clock.now_ms())
    if waiting is not None:
        confirmation.judge_confirmation(
            site.verifier, waiting, code=online.phone.confirmation, client=BROWSER, now_ms=site.clock.now_ms()
        )
    online.opens_session(line)
    return user, online, line


def tries(site: Site, name: str, password: str) -> Browser:
    """Type credentials into the login page, right or wrong."""
    browser = site.browser()
    form = browser.opens("/sso/Login").one(cls="xyzform-username")
    action, fields = fill(form, {"username": name, "password": password})
    browser.asks("POST", action, body=fields)
    return browser


def test_another_users_challenge_is_not_told(classic: Site) -> None:
    """Two users at two pages: each phone hears its own digits, and no word of the other's."""
    _, alices, line = enrolled(classic, "alice")
    _, bobs, _ = enrolled(classic, "bob")
    asked = tries(classic, "alice", PASSWORD).opens("/sso/SecondFactor?with=challenge").challenge

    assert bobs.challenges(line) == ()
    own = tries(classic, "bob", PASSWORD).opens("/sso/SecondFactor?with=challenge").challenge
    assert [one.question for one in bobs.challenges(line)] == [own]
    assert [one.question for one in alices.challenges(line)] == [asked]
    assert asked not in line("GET", PATH, None, bobs.bearer).text


def test_no_parameter_chooses_a_user(classic: Site) -> None:
    """Whatever is written behind the path, the token alone says whose phone asks."""
    alice, _, line = enrolled(classic, "alice")
    _, bobs, _ = enrolled(classic, "bob")
    tries(classic, "alice", PASSWORD)
    for query in ("user=alice", f"user_id={alice.user_id}", "device_id=" + "0" * 32, "all=1"):
        answer = line("GET", f"{PATH}?{query}", None, bobs.bearer)
        assert json.loads(answer.text) == {"v": 1, "challenges": []}, query


def test_the_token_of_a_session_that_ended_reads_nothing(classic: Site) -> None:
    """Its time over, its phone replaced by another, its user gone: the challenge is told to nobody."""
    user, online, line = enrolled(classic, "alice")
    old = dict(online.bearer)
    classic.clock.advance(seconds=600)
    tries(classic, "alice", PASSWORD)
    assert error_of(line("GET", PATH, None, old)) == (401, "auth_failed")
    online.opens_session(line)
    assert len(online.challenges(line)) == 1
    newer = enrols(classic.verifier, user.user_id, "another phone")
    newer.opens_session(line)
    tries(classic, "alice", PASSWORD)
    assert line("GET", PATH, None, online.bearer).status in (401, 409)
    assert len(newer.challenges(line)) == 1
    operators.remove_user(classic.verifier, user)
    assert line("GET", PATH, None, newer.bearer).status in (401, 409)


def test_decoys_are_not_told(hardened: Site) -> None:
    """A wrong password shows a challenge on the page that nothing answers; the phone of that name hears of none."""
    _, online, line = enrolled(hardened, "alice")
    page = tries(hardened, "alice", "wrong horse battery").opens("/sso/TwoStep")
    assert len(page.challenge) == 10
    assert online.challenges(line) == ()
    tries(hardened, "nobody", PASSWORD).opens("/sso/TwoStep")
    assert online.challenges(line) == ()

    real = tries(hardened, "alice", PASSWORD).opens("/sso/TwoStep").challenge
    assert [one.question for one in online.challenges(line)] == [real]
    hardened.clock.advance(ms=1)
    tries(hardened, "alice", "wrong horse battery").opens("/sso/TwoStep")
    assert [one.question for one in online.challenges(line)] == [real]
