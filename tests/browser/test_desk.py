"""The help desk's console in a real browser, with the keys alone: from a call to the answer of a ticket."""

from collections.abc import Callable

import pytest

from authsim.adapters.system import SystemEntropy
from authsim.secret import Secret
from tests.support.browser_chromium import Screen
from tests.support.device import TestPhone
from tests.support.inspecting import inspect
from tests.support.portal import LivePortal, password_of
from tests.support.wire import activate_over_http

NUMBER = "+12025550142"
#: What stands on the buttons of the console.
SAID = {
    "en": {"open": "Open the file", "unlock": "Unlock", "send": "Send the answer", "passcode": "Issue the passcode"},
    "ja": {"open": "記録を開く", "unlock": "ロックを解除", "send": "返信を送信", "passcode": "パスコードを発行"},
}


def logs_in(portal: LivePortal, screen: Screen, name: str, **more: object) -> None:
    """Add a user with a phone that is active, and pass both factors."""
    phone = TestPhone(entropy=SystemEntropy())
    made = portal.adds(name, activation=True, **more)
    activate_over_http(phone, Secret(made[name]["activation"]), portal.address)
    screen.opens()
    screen.types_password(name, password_of(name))
    screen.types_response(phone.respond(screen.challenge))
    screen.sees_success(name)


def types_into(screen: Screen, ident: str, text: str) -> None:
    """Press Tab until that field has the focus, and type."""
    for _ in range(40):
        screen.page.keyboard.press("Tab")
        if screen.page.evaluate("wanted => document.activeElement.id === wanted", ident):
            screen.page.keyboard.type(text)
            return
    raise AssertionError(f"{ident} cannot be reached")


def presses(screen: Screen, words: str) -> None:
    """Press Tab until the button with these words has the focus, then Enter, and wait for what comes."""
    for _ in range(40):
        screen.page.keyboard.press("Tab")
        if screen.page.evaluate("wanted => document.activeElement.textContent.trim() === wanted", words):
            with screen.page.expect_navigation():
                screen.page.keyboard.press("Enter")
            return
    raise AssertionError(f"{words} cannot be reached")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_call(portal: LivePortal, window: Callable[..., Screen], language: str) -> None:
    """Somebody calls: the desk finds the user, reads what is true, unlocks, sends a passcode, answers a ticket."""
    said, name = SAID[language], f"a-rather-long-name-for-a-call-{language}"
    caller = window(language=language)
    logs_in(portal, caller, name, phone=NUMBER)
    caller.opens("/portal/messages/new")
    caller.page.locator("#ticket-subject").fill("I cannot log in with my other browser since yesterday evening")
    caller.page.locator("#ticket-body").fill("It says:\n\nAuthentication failed")
    caller.page.locator("main .btn-primary").click()
    caller.page.locator(".talk").wait_for()
    stranger = window(language=language)
    for _ in range(2):
        stranger.opens()
        stranger.types_password(name, "wrong")

    screen = window(language=language)
    page = screen.page
    logs_in(portal, screen, f"desk-{language}", role="help_desk")
    inspect(screen, "home of the help desk")
    screen.opens("/desk")
    inspect(screen, "console")
    types_into(screen, "desk-query", name)
    types_into(screen, "desk-reason", "call 17")
    presses(screen, said["open"])
    page.locator(".story").first.wait_for()
    inspect(screen, "file")
    assert "wrong_password" in page.locator(".story").first.inner_text()
    file = page.url
    for deed in ("number", "suspend", "passcode", "unlock"):
        page.goto(f"{file}/{deed}")
        inspect(screen, deed)
    types_into(screen, "desk-reason", " ")
    presses(screen, said["unlock"])
    page.locator(".refusal").wait_for()
    inspect(screen, "deed without a reason")
    types_into(screen, "desk-reason", "knew the account number")
    presses(screen, said["unlock"])
    page.locator("p.notice").wait_for()
    page.goto(f"{file}/passcode")
    types_into(screen, "desk-reason", "phone lost")
    presses(screen, said["passcode"])
    page.locator("p.notice").wait_for()
    inspect(screen, "file, after")
    screen.opens("/desk")
    page.locator(".tickets a", has_text=name).click()
    page.locator(".talk").wait_for()
    types_into(screen, "ticket-body", "Look at the newest text to your number.")
    presses(screen, said["send"])
    inspect(screen, "ticket")
    assert page.locator(".talk .help_desk").count() == 1
