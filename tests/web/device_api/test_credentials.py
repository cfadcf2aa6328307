"""Credentials that a phone asks for again: only those of its own user, and each wrong one counts."""

from authsim.model import User
from authsim.protocol.credentials import Credentials, format_credentials, parse_credentials_reply
from authsim.secret import Secret
from authsim.verifier import operators
from tests.support.device_line import API, Answer, Line, OnlinePhone, error_of, post
from tests.support.site import PASSWORD, Site

PATH = f"{API}/credentials"


def confirms(line: Line, online: OnlinePhone, name: str, password: str = PASSWORD) -> Answer:
    """Type name and password into the phone."""
    body = format_credentials(Credentials(username=name, password=Secret(password)))
    return post(line, PATH, body, **online.bearer)


def failures(site: Site, user: User) -> int:
    """How many failed logins are counted."""
    return operators.show_user(site.verifier, operators.require_user(site.verifier, user.name)).failures


def test_own_credentials(online: OnlinePhone, line: Line) -> None:
    """The right ones are confirmed."""
    answer = confirms(line, online, "alice")
    assert answer.status == 200
    parse_credentials_reply(answer.text.encode())


def test_wrong_ones_count(site: Site, alice: User, online: OnlinePhone, line: Line) -> None:
    """A wrong password is refused and counted like any other; from the fifth on the next attempt waits."""
    for _ in range(5):
        assert error_of(confirms(line, online, "alice", "wrong horse battery")) == (401, "auth_failed")
    assert failures(site, alice) == 5
    late = confirms(line, online, "alice")
    assert error_of(late) == (429, "slow_down")
    assert late.headers["Retry-After"] == "53"


def test_other_people(site: Site, online: OnlinePhone, line: Line) -> None:
    """Another user's right credentials are wrong on this phone, and theirs are not counted."""
    bob = site.adds("bob")
    for name in ("bob", "nobody"):
        assert error_of(confirms(line, online, name)) == (401, "auth_failed")
    assert failures(site, bob) == 0


def test_only_with_a_session(online: OnlinePhone, line: Line) -> None:
    """Without a token nobody's password is judged here."""
    online.token = "A" * 43
    assert error_of(confirms(line, online, "alice")) == (401, "auth_failed")
