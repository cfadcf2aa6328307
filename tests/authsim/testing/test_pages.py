"""What a login program knows the portal's pages by, seen on the pages of a real login."""

from authsim.testing import Phone, Portal, User
from authsim.testing.pages import CHALLENGE, NAME_FORM, RESPONSE_FORM, SESSION_ID, says_success


def test_pages_have_what_programs_look_for(portal: Portal, user: User, active_phone: Phone) -> None:
    """Each page shows its own marks and no other's; only the last one says that the login succeeds."""
    marks = (NAME_FORM, CHALLENGE, RESPONSE_FORM, SESSION_ID)
    login = portal.begin_login(user)
    first = login.browser.twin().open("/sso/Login")
    assert [first.find(mark) is not None for mark in marks] == [True, False, False, False]
    assert not says_success(first)

    response = active_phone.respond(login.challenge())
    assert [login.page.find(mark) is not None for mark in marks] == [False, True, True, False]
    assert not says_success(login.page)
    login.respond(response)
    assert says_success(login.page)

    entry = portal.begin_login(portal.add_user())
    assert [entry.page.find(mark) is not None for mark in marks] == [False, False, False, True]
