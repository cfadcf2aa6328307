"""Looking changes nothing: after any GET the database holds the rows that it held before."""

import pytest

from authsim.model import User
from tests.support.device import TestPhone
from tests.support.site import Browser, Site

NUMBER = "+12025550142"
PLACES = (
    *(("<what>", "theme"), ("<value>", "dark"), ("<path:filename>", "page.js"), ("<platform>", "ios")),
    *(("<request_id>", "0" * 32), ("<number>", NUMBER), ("<user_id>", "0" * 32), ("<deed>", "unlock")),
    *(("<ticket_id>", "0" * 32), ("<attachment_id>", "0" * 32), ("<factor_id>", "0" * 32)),
)
STANDINGS = ("nobody", "one factor", "pending", "both factors")


@pytest.mark.parametrize("standing", STANDINGS)
def test_every_get(site: Site, browser: Browser, alice: User, phone: TestPhone, standing: str) -> None:
    """Every route that answers GET, with odd queries too, leaves every row but last-seen as it was."""
    site.adds("someone-with-a-number", phone=NUMBER)
    if standing == "one factor":
        browser.types_password("alice")
    elif standing != "nobody":
        browser.logs_in("alice", phone)
        if standing == "pending":
            browser.presses("/portal/sign-out")
            browser.types_password("alice")
    rules = [rule for rule in site.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    assert len(rules) > 15
    before = site.rows()
    for rule in rules:
        path = rule.rule
        for place, value in PLACES:
            path = path.replace(place, value)
        assert "<" not in path
        for query in ("", "?username=alice&password=x&gold-response=12345678&end=1&_method=POST"):
            for method in ("GET", "HEAD"):
                browser.asks(method, path + query).close()
    assert site.rows() == before


def test_expiry_is_the_one_exception(site: Site, browser: Browser, alice: User) -> None:
    """An expiry that a GET is the first to see is written, with its record, and only once."""
    browser.types_password("alice")
    site.clock.advance(seconds=600)
    before = site.rows()
    browser.opens("/portal/activation")
    seen = site.rows()
    assert seen != before
    browser.opens("/portal/activation")
    assert site.rows() == seen
