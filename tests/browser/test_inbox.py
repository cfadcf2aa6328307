"""The simulated inbox in a browser: a text appears while one looks, and its code is copied with one press."""

from collections.abc import Callable, Iterator

import pytest

from authsim.adapters.system import SystemEntropy
from authsim.secret import Secret
from authsim.verifier import Verifier
from tests.support.browser_chromium import Screen
from tests.support.device import TestPhone
from tests.support.portal import LivePortal, password_of
from web.settings import Settings
from web.wiring import open_portal

EMPTY = {"en": "No text has come to this number yet.", "ja": "この番号に届いたSMSはまだありません。"}
COPY = {"en": "Copy code", "ja": "コードをコピー"}


@pytest.fixture
def verifier(portal: LivePortal) -> Iterator[Verifier]:
    """The portal's flows beside the process that serves it, on the same directory."""
    opened = open_portal(Settings(data_dir=portal.data))
    yield opened.verifier
    opened.close()


@pytest.fixture
def texts(portal: LivePortal, verifier: Verifier) -> Callable[[str, str], None]:
    """`texts("alice", number)` lets a phone ask for that user; the portal texts a code to the number."""

    def text(name: str, number: str) -> None:
        if not portal.rows("SELECT 1 FROM users WHERE name = ?", name):
            portal.adds(name, phone=number)
        TestPhone(entropy=SystemEntropy()).starts_adding(verifier, name, Secret(password_of(name)))

    return text


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_text_appears_by_itself(
    portal: LivePortal, window: Callable[..., Screen], texts: Callable[[str, str], None], language: str
) -> None:
    """The empty inbox says so; then the text is there without a reload, once, and its code can be copied."""
    number, name = {"en": "+12025550101", "ja": "+12025550102"}[language], f"sim-{language}"
    portal.adds(name, phone=number)
    screen = window(language=language, permissions=["clipboard-read", "clipboard-write"])
    screen.opens("/inbox")
    screen.page.get_by_role("link", name=number).click()
    screen.page.get_by_text(EMPTY[language]).wait_for()
    screen.page.evaluate("() => { window.isTheSamePage = true; }")
    texts(name, number)
    bubble = screen.page.locator(".bubble")
    bubble.wait_for()
    assert screen.page.evaluate("() => window.isTheSamePage")
    assert screen.page.get_by_text(EMPTY[language]).count() == 0
    assert bubble.count() == 1
    code = bubble.locator(".bubble-code").inner_text()
    assert bubble.locator(".bubble-text").inner_text().endswith(f"#{code}")
    bubble.get_by_role("button", name=COPY[language]).click()
    screen.page.wait_for_function("async code => await navigator.clipboard.readText() === code", arg=code)


def test_without_a_stream(portal: LivePortal, window: Callable[..., Screen], texts: Callable[[str, str], None]) -> None:
    """Where no stream is to be had, a request waits for the next text instead."""
    portal.adds("sim-wait", phone="+12025550103")
    screen = window()
    screen.page.route("**/events*", lambda route: route.fulfill(status=503))
    screen.opens("/inbox/+12025550103")
    texts("sim-wait", "+12025550103")
    screen.page.locator(".bubble").wait_for()
    assert screen.page.locator(".bubble").count() == 1


def test_without_script(portal: LivePortal, window: Callable[..., Screen], texts: Callable[[str, str], None]) -> None:
    """Without script the page refreshes by itself."""
    portal.adds("sim-plain", phone="+12025550104")
    screen = window(script=False)
    screen.opens("/inbox/+12025550104")
    texts("sim-plain", "+12025550104")
    screen.page.locator(".bubble").wait_for()
