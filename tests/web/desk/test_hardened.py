"""The console where the login says nothing: the desk reads what the uniform page kept to itself."""

from collections.abc import Callable

import pytest

from authsim.events import Event, EventKind
from authsim.model import Client, FactorKind, Factors, Role, User
from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.secret import Secret
from authsim.verifier import operators
from authsim.verifier.sessions import draw_session
from authsim.verifier.tokens import draw_token
from tests.support.site import Browser, Site
from web.sessions import cookie_name

LONG = "a passphrase that nobody tries first"


@pytest.fixture
def site(opens_site: Callable[..., Site]) -> Site:
    """A portal of the hardened profile."""
    return opens_site(policy=PROFILES[HARDENED])


def is_inside(site: Site, user: User) -> Browser:
    """A browser with a session of two factors: how one gets it is told elsewhere."""
    verifier, token = site.verifier, draw_token(site.verifier.entropy)
    now_ms = site.clock.now_ms()
    session = draw_session(
        verifier, user, token, factors=Factors.TWO, proof=FactorKind.IB_KEY, client=Client(), now_ms=now_ms
    )
    event = Event(kind=EventKind.SESSION_OPENED, at_ms=now_ms, user_id=user.user_id)
    verifier.store.sessions.open(session, judged=user.password_hash, sessions_allowed=5, event=event)
    browser = site.browser()
    name = cookie_name("s", verifier.instance, tls=False)
    browser.client.set_cookie(name, token.reveal_text(), domain="127.0.0.1")
    return browser


def test_what_the_page_kept_to_itself(site: Site) -> None:
    """A wrong password and a missing phone look the same to their user, and not to the desk."""
    operators.add_user(site.verifier, name="alice", password=Secret(LONG))
    mia = operators.add_user(site.verifier, name="mia", password=Secret(LONG), role=Role.HELP_DESK)
    for password in ("a wrong passphrase, and long", LONG):
        page = site.browser().types_password("alice", password)
        assert page.path == "/sso/TwoStep"
    desk = is_inside(site, mia)
    desk.opens("/desk")
    assert desk.page is not None
    form = next(one for one in desk.page.all(tag="form") if one.attributes["action"] == "/desk/find")
    page = desk.sends(form, {"query": "alice", "reason": "call 17"})
    told = [[cell.text for cell in row.elements] for body in page.all(tag="tbody") for row in body.elements]
    assert {row[1] for row in told} == {"(the usual second page, which no answer completes)"}
    assert [row[2].count("no_active_device") + 2 * row[2].count("wrong_password") for row in told] == [1, 2]
