"""A Digital Security Card+ from its letter to a login: the pages of the portal, and the real `authkey card`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from authsim.verifier import inbox
from tests.support.authkey import Authkey
from tests.support.browser_plain import Element, Page
from tests.support.site import PASSWORD, Browser, Site, make_empty_database, open_site

NUMBER = "+12025550142"
FACTORS = "/portal/settings/factors/security-card"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A portal in this process."""
    (tmp_path / "site").mkdir()
    opened = open_site(tmp_path / "site", make_empty_database(tmp_path / "empty.sqlite3"))
    yield opened
    opened.portal.close()


def form_of(page: Page, action: str) -> Element:
    """The form whose address ends so."""
    return next(one for one in page.all(tag="form") if one.attributes["action"].endswith(action))


def sends(browser: Browser, action: str, **fields: str) -> Page:
    """Send a form of the page that is shown."""
    assert browser.page is not None
    return browser.sends(
        form_of(browser.page, action), {name.replace("_", "-"): value for name, value in fields.items()}
    )


def test_from_the_letter_to_a_login(site: Site, tmp_path: Path) -> None:
    """Bob proves who he is, reads the letter into a card, activates it, and logs in with it beside his phone."""
    site.adds("bob", phone=NUMBER)
    phone, inside, card = site.sells_phone(), site.browser(), Authkey(tmp_path)
    inside.logs_in("bob", phone)
    inside.opens(FACTORS)
    page = sends(inside, "/security-card")
    sends(inside, "/portal/verify", username="bob", password=PASSWORD)
    assert inside.page is not None
    inside.types_response(phone.respond(inside.page.challenge, purpose=2))
    page = sends(inside, "/security-card")
    letter = inbox.list_texts(site.verifier, NUMBER)[-1].text

    told = card.with_pin("card", "receive", "-", stdin=f"{letter}\n", check=0).stdout
    serial = card.json("card", "list")["cards"][0]["serial"]
    assert serial in page.text
    assert told.startswith(f"The card {serial} is ready.\n")
    page = inside.opens(FACTORS)
    activated = sends(inside, "/confirm", gold_response=answer(card, page.challenge))
    assert "Digital Security Card+" in activated.text

    visitor = site.browser()
    visitor.types_password("bob")
    page = sends(visitor, "/choose", factor="5.1")
    assert page.challenge.isdigit()
    assert visitor.types_response(answer(card, page.challenge)).has_succeeded


def answer(card: Authkey, challenge: str) -> str:
    """What the card shows for a challenge."""
    return card.with_pin("card", "respond", challenge, check=0).stdout.strip()
