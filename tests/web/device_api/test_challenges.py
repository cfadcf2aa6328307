"""What a phone can answer, over the wire: its own user's newest challenge, to whoever holds its token."""

import pytest

from authsim.model import User
from authsim.verifier import operators
from tests.support.device_line import API, Line, OnlinePhone, error_of
from tests.support.site import Site

PATH = f"{API}/challenges"


def test_what_the_page_shows(site: Site, online: OnlinePhone, line: Line) -> None:
    """The digits of the page; answered by the phone they let the browser in, and nothing is told any more."""
    assert online.challenges(line) == ()
    browser = site.browser()
    page = browser.types_password("alice")
    (told,) = online.challenges(line)
    assert (told.question, told.suite, told.purpose) == (page.challenge, "classic6", 1)
    assert told.iat == site.clock.now_ms() < told.exp
    assert browser.types_response(online.phone.respond(told.question)).has_succeeded
    assert online.challenges(line) == ()


def test_asking_writes_nothing(site: Site, online: OnlinePhone, line: Line) -> None:
    """Neither a challenge that waits nor one whose time is over is touched by who asks."""
    site.browser().types_password("alice")
    before = site.rows()
    assert len(online.challenges(line)) == 1
    site.clock.advance(seconds=180)
    assert online.challenges(line) == ()
    assert site.rows() == before


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer " + "A" * 43}, {"Authorization": "Basic eDp4"}])
def test_without_its_token_nobody_is_told(site: Site, line: Line, headers: dict[str, str]) -> None:
    """No token, one that nobody was given, and another scheme are refused alike."""
    site.adds("alice")
    assert error_of(line("GET", PATH, None, headers)) == (401, "auth_failed")


def test_a_token_that_ended_is_told_nothing(site: Site, online: OnlinePhone, line: Line) -> None:
    """After ten minutes the phone has to show its key again, whatever waits."""
    site.clock.advance(seconds=600)
    site.browser().types_password("alice")
    assert error_of(line("GET", PATH, None, online.bearer)) == (401, "auth_failed")
    online.opens_session(line)
    assert len(online.challenges(line)) == 1


def test_a_phone_that_is_stopped_is_told_nothing(site: Site, alice: User, online: OnlinePhone, line: Line) -> None:
    """Suspended, its token is worth nothing; revoked, neither."""
    site.browser().types_password("alice")
    operators.suspend(site.verifier, alice)
    assert line("GET", PATH, None, online.bearer).status in (401, 409)
    operators.resume(site.verifier, alice)
    online.opens_session(line)
    operators.revoke_device(site.verifier, alice)
    assert line("GET", PATH, None, online.bearer).status in (401, 409)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_it_is_only_read(online: OnlinePhone, line: Line, method: str) -> None:
    """No other method does anything."""
    assert line(method, PATH, None, online.bearer).status == 405


def test_a_browser_is_no_phone(online: OnlinePhone, line: Line) -> None:
    """A cookie, or a page of another origin, is refused, as everywhere in the device API."""
    assert error_of(line("GET", PATH, None, online.bearer | {"Cookie": "a=b"}))[0] == 400
