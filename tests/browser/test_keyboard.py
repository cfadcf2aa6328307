"""A login without a mouse: where the focus goes, that it is seen, and that Enter is enough."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from authsim.adapters.system import SystemEntropy
from authsim.secret import Secret
from tests.support.browser_chromium import Screen
from tests.support.device import TestPhone
from tests.support.portal import LivePortal, password_of
from tests.support.wire import activate_by_session_id, activate_over_http


def focused(page: Page) -> str:
    """Id, class or text of what has the focus."""
    return str(
        page.evaluate("() => { const e = document.activeElement; return e.id || e.className || e.textContent.trim(); }")
    )


def gets_focus(page: Page, ident: str) -> None:
    """Wait until something has the focus by itself, which may be a moment after the page is loaded."""
    page.locator(f"#{ident}:focus").wait_for()


def focus_is_seen(page: Page) -> bool:
    """Say whether the focused element is drawn with an outline or a ring."""
    return bool(
        page.evaluate(
            """() => { const s = getComputedStyle(document.activeElement);
            return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== "none"; }"""
        )
    )


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until something is reached; each stop on the way must be seen."""
    for _ in range(30):
        page.keyboard.press("Tab")
        assert focus_is_seen(page), focused(page)
        if wanted in focused(page):
            return
    raise AssertionError(f"{wanted} cannot be reached")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_journey_by_keyboard(portal: LivePortal, window: Callable[..., Screen], language: str) -> None:
    """Login, activation, second factor and sign-out with Tab, Enter and the keys of a keyboard alone."""
    name = f"keys-{language}"
    portal.adds(name)
    screen = window(language=language)
    page, keys = screen.page, screen.page.keyboard
    screen.opens()
    gets_focus(page, "xyz-field-username")
    keys.type(name)
    tab_to(page, "xyz-field-password")
    keys.type(password_of(name))
    tab_to(page, "toggle1")
    tab_to(page, "xyz-button-login")
    keys.press("Enter")
    page.wait_for_url("**/portal/activation")

    keys.press("Tab")
    assert focused(page) == "skip"
    keys.press("Enter")
    gets_focus(page, "main")

    phone = TestPhone(entropy=SystemEntropy())
    activate_by_session_id(phone, page.locator(".xyz-sessionid").inner_text(), portal.address)
    page.locator(".proof-panel").wait_for()
    tab_to(page, "btn-primary")
    keys.press("Enter")
    page.wait_for_url("**/sso/SecondFactor")
    tab_to(page, "xyz-resendnotification")
    tab_to(page, "xyz-showqr")
    tab_to(page, "xyz-showchallenge")
    keys.press("Enter")
    page.wait_for_url("**/sso/SecondFactor?with=challenge")

    gets_focus(page, "xyz-field-gold-response")
    keys.type(phone.respond(screen.challenge))
    keys.press("Enter")
    screen.sees_success(name)
    tab_to(page, screen.label("sign out"))
    keys.press("Enter")
    page.get_by_text(screen.label("signed out")).wait_for()


def test_trading_device_by_keyboard(portal: LivePortal, window: Callable[..., Screen]) -> None:
    """Credentials, the choice, the challenge and the response on the trading device, with the keys alone."""
    phone = TestPhone(entropy=SystemEntropy())
    uri = portal.adds("keys-trading", activation=True)["keys-trading"]["activation"]
    activate_over_http(phone, Secret(uri), portal.address)
    screen = window()
    page, keys = screen.page, screen.page.keyboard
    screen.opens("/mobile")
    tab_to(page, "trading-username")
    keys.type("keys-trading")
    tab_to(page, "trading-password")
    keys.type(password_of("keys-trading"))
    keys.press("Enter")
    page.locator(".phone .setting").first.wait_for()
    tab_to(page, "setting")
    keys.press("Enter")
    page.wait_for_url("**screen=challenge")
    tab_to(page, "trading-response")
    keys.type(phone.respond(page.locator(".trading-challenge").inner_text()))
    keys.press("Enter")
    page.locator(".phone .proof-panel").wait_for()


def test_setting_by_keyboard(portal: LivePortal, window: Callable[..., Screen]) -> None:
    """The Seamless setting is a pair of radio buttons: Tab reaches it, the arrow changes it, Enter keeps it."""
    phone = TestPhone(entropy=SystemEntropy())
    uri = portal.adds("keys-setting", activation=True)["keys-setting"]["activation"]
    activate_over_http(phone, Secret(uri), portal.address)
    screen = window()
    page, keys = screen.page, screen.page.keyboard
    screen.opens()
    screen.types_password("keys-setting", password_of("keys-setting"))
    screen.types_response(phone.respond(screen.challenge))
    screen.opens("/portal/settings/secure-login")
    for _ in range(30):
        keys.press("Tab")
        if page.evaluate("() => document.activeElement.name === 'seamless'"):
            break
    keys.press("ArrowDown")
    keys.press("Enter")
    page.locator("p.notice").wait_for()
    assert page.locator("input[value=disabled]").is_checked()


def test_switch_by_keyboard(portal: LivePortal, window: Callable[..., Screen]) -> None:
    """The live/paper switch is a checkbox: Space turns it, and the button says what it leads to."""
    screen = window()
    screen.opens()
    tab_to(screen.page, "toggle1")
    screen.page.keyboard.press("Space")
    assert screen.button("paper login").is_visible()
    assert screen.page.locator("body.login.paper-trading").count() == 1
    screen.page.keyboard.press("Space")
    assert screen.button("login").is_visible()
    assert screen.page.locator("body.paper-trading").count() == 0
