"""What goes wrong while a phone scans the portal's QR code: the rows C of docs/failures.md."""

import re
from pathlib import Path

import pytest
import qrcode
from PIL import Image

from tests.support.browser_plain import Visitor
from tests.support.failing import KINDS, Victim, Ward
from tests.support.phone import Phone

MALFORMED = 65
SESSION_ID = re.compile(r"\b[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}-[0-9A-Z]{6}\b")
kinds = pytest.mark.parametrize(("platform", "language"), KINDS)


def scans(victim: Victim, phone: Phone, uri: str, row: str, **facts: object) -> str:
    """Scan, and be refused in the words of the row."""
    pin = ("--pin-file", str(phone.pin_file))
    return victim.told(phone.runs("activate", "-", *pin, given=uri), row, **facts)


def session_id(browser: Visitor) -> str:
    """What stands under the QR code of the page."""
    assert browser.page is not None
    found = SESSION_ID.search(browser.page.text)
    assert found is not None, browser.page.text
    return found[0]


def types_session_id(victim: Victim, phone: Phone, typed: str) -> None:
    """The way without a camera."""
    phone.does("activate", typed, "--portal", victim.portal.address, "--yes", "--pin-file", str(phone.pin_file))


@kinds
def test_a_picture_without_a_code(ward: Ward, platform: str, language: str) -> None:
    """Nothing in focus: move closer, or type the Session ID, which then works."""
    victim = ward.takes(language)
    phone, picture = victim.buys(platform), victim.folder / f"{victim.name}-blank.png"
    Image.new("RGB", (200, 200), "white").save(picture)

    victim.refused(phone, "C1", "activate", str(picture), status=MALFORMED)

    types_session_id(victim, phone, session_id(victim.begins()))
    assert victim.answers(phone)


def _draw(folder: Path, name: str, *texts: str) -> str:
    drawn = [qrcode.make(text).get_image().convert("RGB") for text in texts]
    picture = Image.new("RGB", (sum(one.width for one in drawn), max(one.height for one in drawn)), "white")
    for place, one in enumerate(drawn):
        picture.paste(one, (sum(before.width for before in drawn[:place]), 0))
    picture.save(folder / f"{name}.png")
    return str(folder / f"{name}.png")


@kinds
def test_a_picture_with_the_wrong_code(ward: Ward, platform: str, language: str) -> None:
    """A poster's, two at once, or a login's: each has its sentence, and none of them uses the right one up."""
    victim, other = ward.takes(language), ward.takes(language)
    phone, folder = victim.buys(platform), victim.folder

    poster = _draw(folder, f"{victim.name}-poster", "https://example.test/")
    victim.refused(phone, "C4", "activate", poster, status=MALFORMED)
    both = _draw(folder, f"{victim.name}-both", victim.uri, other.uri)
    victim.refused(phone, "C5", "activate", both, status=MALFORMED)
    other.moves_in(platform)
    other.begins()
    victim.refused(phone, "C6", "activate", other.login_uri(), status=MALFORMED)

    phone.activates(victim.uri)


@kinds
def test_a_user_who_is_active_on_another_phone(ward: Ward, platform: str, language: str) -> None:
    """First cause of the one sentence. The test: the next login sends a notification, and tapping it lets one in."""
    victim = ward.takes(language)
    first, second = victim.buys(platform, name="first"), victim.buys(platform, name="second")
    assert victim.enrols(first, "activate", "--username", victim.name).returncode == 0

    scans(victim, second, victim.uri, "C7")

    browser = victim.begins()
    first.does("approve", "--pin-file", str(first.pin_file))
    assert victim.goes_on(browser)


@kinds
def test_a_code_that_was_used(ward: Ward, platform: str, language: str) -> None:
    """Second cause. The test: the next login sends no notification but shows a fresh code, and that one works."""
    victim = ward.takes(language)
    victim.moves_in(platform, name="first")
    ward.portal.operator("users", "revoke", victim.name)
    second = victim.buys(platform, name="second")

    scans(victim, second, victim.uri, "C8")

    browser = victim.begins()
    types_session_id(victim, second, session_id(browser))
    assert victim.answers(second)


@kinds
def test_a_code_that_a_fresh_one_replaced(ward: Ward, platform: str, language: str) -> None:
    """Who logs in again and scans the old picture hears the same sentence; the fresh one works, and only once."""
    victim = ward.takes(language)
    phone, browser = victim.buys(platform), victim.begins()
    stale = session_id(browser)
    browser.signs_out()
    fresh = session_id(victim.begins())

    assert fresh != stale
    scans(victim, phone, victim.uri, "C10")
    portal = ("--portal", ward.portal.address, "--yes")
    victim.refused(phone, "C10", "activate", stale, *portal)
    types_session_id(victim, phone, fresh)


@kinds
def test_a_phone_without_the_app(ward: Ward, platform: str, language: str) -> None:
    """The banner leads to the store; an app that is opened too early says so; the second scan activates."""
    victim = ward.takes(language)
    phone = victim.buys(platform, "--without-app")

    scans(victim, phone, victim.uri, "C11")
    victim.told(phone.runs("app", "install"), "C11", status=0, place=1)
    victim.told(phone.runs("app", "open"), "C12", status=0)

    phone.activates(victim.uri)
    assert victim.answers(phone)


@kinds
def test_a_suspended_phone_keeps_its_place(ward: Ward, platform: str, language: str) -> None:
    """No code is shown while a phone is suspended: the page names the two ways on; resumed, it answers again."""
    victim = ward.takes(language)
    phone = victim.moves_in(platform)
    ward.portal.operator("users", "suspend", victim.name)

    browser = victim.begins()
    victim.reads(browser, "C13")
    assert browser.page is not None
    assert SESSION_ID.search(browser.page.text) is None

    ward.portal.operator("users", "resume", victim.name)
    assert victim.answers(phone)
