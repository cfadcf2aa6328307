"""The simulated SIM card as pages: whose texts there are, the texts of one number, and where they are not served."""

from collections.abc import Callable

import pytest

from authsim.secret import Secret
from tests.support.device import TestPhone
from tests.support.site import PASSWORD, Browser, Site

NUMBER = "+12025550142"


@pytest.fixture
def texted(site: Site, phone: TestPhone) -> Site:
    """A site where alice has a number, and two texts with codes came to it."""
    site.adds("alice", phone=NUMBER)
    for _ in range(2):
        phone.starts_adding(site.verifier, "alice", Secret(PASSWORD))
        site.clock.advance(seconds=600)
    return site


def test_numbers_lead_to_their_texts(texted: Site, browser: Browser) -> None:
    """Each number once, as a link."""
    texted.adds("alan", phone=NUMBER)
    (link,) = browser.opens("/inbox").all(cls="setting")
    assert link.text == NUMBER
    assert browser.opens(link.attributes["href"]).one(tag="h1").text == NUMBER


def test_texts_are_shown_newest_last(texted: Site, browser: Browser) -> None:
    """Each text is a bubble with its words, its time, and its code to be copied."""
    page = browser.opens(f"/inbox/{NUMBER}")
    first, second = page.all(cls="bubble")
    assert int(first.attributes["data-sequence"]) < int(second.attributes["data-sequence"])
    assert page.all(cls="bubble-text")[0].text.startswith("[SIMULATION] ")
    codes = [code.text for code in page.all(cls="bubble-code")]
    assert len(codes) == 2
    for code, text in zip(codes, page.all(cls="bubble-text"), strict=True):
        assert text.text.endswith(f"#{code}")
    assert [button.attributes["data-copy"] for button in page.all(cls="copy")][:2] == codes


def test_label_of_a_phone_cannot_forge_a_code(site: Site, browser: Browser) -> None:
    """Only the last words of a text count as its code, whatever a phone calls itself; and letters stay letters."""
    site.adds("alice", phone=NUMBER)
    site.sells_phone("<b>x</b> @localhost #000000").starts_adding(site.verifier, "alice", Secret(PASSWORD))
    page = browser.opens(f"/inbox/{NUMBER}")
    assert page.one(cls="bubble-code").text != "000000"
    assert "<b>x</b>" not in page.text


def test_empty_inbox(site: Site, browser: Browser) -> None:
    """A number without texts says so; so does a portal without numbers."""
    assert "No user of this portal has a telephone number." in browser.opens("/inbox").text
    site.adds("alice", phone=NUMBER)
    page = browser.opens(f"/inbox/{NUMBER}")
    assert "No text has come to this number yet." in page.one(cls="empty").text
    assert not page.all(cls="bubble")


@pytest.mark.parametrize("number", ["+12025550199", "0", "..", "+1<script>"])
def test_other_numbers_do_not_exist(texted: Site, browser: Browser, number: str) -> None:
    """A number of nobody has no inbox."""
    assert browser.opens(f"/inbox/{number}").status == 404


def test_page_explains_itself(texted: Site, browser: Browser) -> None:
    """It says that the SIM card is simulated, what that means, and refreshes without script."""
    page = browser.opens(f"/inbox/{NUMBER}")
    assert "This is a simulated SIM card" in page.text
    (refresh,) = page.all(tag="meta", **{"http-equiv": "refresh"})
    assert refresh.parent is not None
    assert refresh.parent.tag == "noscript"
    assert page.one(role="log").attributes["aria-live"] == "polite"


def test_is_linked_where_codes_are_expected(browser: Browser) -> None:
    """The foot of every page and the steps of a migration lead there."""
    assert "/inbox" in {link.attributes["href"] for link in browser.opens("/").all(tag="a")}
    screen = browser.opens("/mobile/ios?screen=migrate-how").one(cls="phone-screen")
    assert "/inbox" in {link.attributes.get("href") for link in screen.walk()}


def test_where_it_is_not_served(opens_site: Callable[..., Site]) -> None:
    """Off loopback there is no inbox, no link to it, and no way to it by the language switch."""
    browser = opens_site(is_inbox_open=False).browser()
    for path in ("/inbox", f"/inbox/{NUMBER}"):
        assert browser.opens(path).status == 404
    assert "/inbox" not in browser.opens("/").text
    assert "/inbox" not in browser.opens("/mobile/ios?screen=migrate-how").text
    assert browser.opens("/look/language/en?next=inbox").path == "/sso/Login"
