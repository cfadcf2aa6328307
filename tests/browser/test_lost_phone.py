"""A lost phone, with nothing replaced: suspended in a browser, then left behind for a new one by a texted code."""

import re
from collections.abc import Callable

import pytest

from tests.support.browser_chromium import Screen
from tests.support.phone import Phone
from tests.support.portal import LivePortal, password_of

NUMBERS = {"en": "+12025550111", "ja": "+12025550112"}
LOST = {"en": "Lost your phone?", "ja": "スマートフォンを紛失した場合"}
SUSPEND = {"en": "Suspend my phone", "ja": "スマートフォンを一時停止する"}
IS_SUSPENDED = {"en": "Your phone is suspended", "ja": "スマートフォンは一時停止中です"}
REPLACED = {"en": "replaced", "ja": "交代済み"}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_lost_suspended_migrated(
    portal: LivePortal, window: Callable[..., Screen], sells: Callable[..., Phone], language: str
) -> None:
    """Password suspends; password alone brings nothing in; the command of the page and a text make the new phone."""
    name, number = f"loser-{language}", NUMBERS[language]
    uri = portal.adds(name, activation=True, phone=number)[name]["activation"]
    old = sells("old").is_made()
    old.activates(uri)
    screen = window(language=language)
    page = screen.page

    # The phone is gone: the login page leads to where it is stopped.
    screen.opens()
    with page.expect_navigation():  # both pages have fields of these names
        page.get_by_role("link", name=LOST[language]).click()
    page.get_by_label(screen.label("username"), exact=True).fill(name)
    page.get_by_label(screen.label("password"), exact=True).fill(password_of(name))
    page.get_by_role("button", name=SUSPEND[language], exact=True).click()
    page.locator(".proof-panel").wait_for()

    # The password alone opens a limited session without a code.
    screen.opens()
    screen.types_password(name, password_of(name))
    page.get_by_role("heading", name=IS_SUSPENDED[language]).wait_for()
    assert page.locator(".qr-plate").count() == 0
    command = page.locator("code", has_text="migrate").inner_text()

    # What the page says is typed on the new phone, with the code from the simulated SIM card.
    new = sells("new")
    words = command.removeprefix("authkey --home new-phone ").split()
    with new.in_terminal(*words) as terminal:
        terminal.sees("[y/N]")  # the portal's key
        terminal.types("y")
        terminal.sees("[y/N]")  # Migrate IB Key, once more
        terminal.types("y")
        terminal.sees("Password: ")
        terminal.types(password_of(name))
        terminal.sees("send a new one): ")
        screen.opens(f"/inbox/{number}")
        code = page.locator(".bubble-code").last.inner_text()
        assert re.fullmatch("[0-9]{6}", code)
        terminal.types(code)
        for _ in range(2):
            terminal.sees("Passcode")
            terminal.types(new.pin)
        terminal.sees("Done")
        assert terminal.ends() == 0

    # From now on the new phone answers, and the old one is told apart.
    screen.opens()
    screen.types_password(name, password_of(name))
    assert old.responds(screen.challenge) != new.responds(screen.challenge)
    screen.types_response(new.responds(screen.challenge))
    screen.sees_success(name)
    screen.opens("/portal/sessions")
    page.locator(".badge", has_text=REPLACED[language]).wait_for()
