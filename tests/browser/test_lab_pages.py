"""What a lab does to pages, in Chromium: people notice no drift of markup, pass the page between, and see time fly."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Ask, enrols, types_password
from tests.support.browser_chromium import Screen
from tests.support.portal import LivePortal, password_of, served_portal

SECOND_FACTOR = "/sso/SecondFactor"
EXPIRED = {"en": "The request is no longer valid.", "ja": "この要求は無効になりました。"}
SKIP = {"en": "Skip and go on", "ja": "スキップして進む"}
#: Two looks: a telephone by day, and a desk by night.
LOOKS = [("en", True, "light", 390), ("ja", True, "dark", 1280), ("en", False, "light", 1280)]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A portal with a lab, served; the tests of this module share it and bring users of their own."""
    with served_portal(tmp_path_factory.mktemp("portal"), serving=("--lab",)) as served:
        yield served


def is_fair(screen: Screen) -> None:
    """Expect nothing that keeps anybody from using the page."""
    screen.page.wait_for_load_state("load")
    screen.page.emulate_media(reduced_motion="reduce")  # or axe meets colours on their way
    found = Axe().run(screen.page)
    assert found.response["violations"] == [], found.generate_report()


@pytest.mark.parametrize(("language", "script", "shade", "width"), LOOKS)
def test_nobody_but_programs_notices_the_drift(
    window: Callable[..., Screen], ask: Ask, language: str, script: bool, shade: str, width: int
) -> None:
    """A whole login by labels, with script and without, in both languages and shades, and every page is fair."""
    name = f"drift-{language}-{script}".lower()
    phone = enrols(ask, name)
    ask("PUT", "/faults/markup_drift")
    screen = window(
        language=language, script=script, color_scheme=shade, viewport={"width": width, "height": 800}, is_patient=True
    )

    screen.opens()
    assert screen.page.locator(".xyzform-username").is_hidden()
    if script:
        is_fair(screen)
    types_password(screen, name)
    if script:
        is_fair(screen)
    screen.opens(f"{SECOND_FACTOR}?with=challenge")
    challenge = screen.page.locator(".code-digits").inner_text()
    if script:
        is_fair(screen)
    screen.types_response(ask("POST", f"/phones/{phone}/respond", {"challenge": challenge})["response"])
    screen.sees_success(name)


def test_the_switch_still_switches(window: Callable[..., Screen], ask: Ask) -> None:
    """The script of the login page finds its button and its switch under whatever names."""
    for is_on in (False, True):
        if is_on:
            ask("PUT", "/faults/markup_drift")
        screen = window()
        screen.opens()
        screen.page.get_by_text(screen.label("paper"), exact=True).click()
        screen.button("paper login").wait_for()


@pytest.mark.parametrize(("language", "script", "shade", "width"), LOOKS)
def test_one_click_leads_past_the_page_between(
    window: Callable[..., Screen], ask: Ask, language: str, script: bool, shade: str, width: int
) -> None:
    """The page is fair, in the reader's language, and its link leads to the page after both factors."""
    name = f"between-{language}-{script}".lower()
    phone = enrols(ask, name)
    ask("PUT", "/faults/page_between", {"user": name})
    screen = window(language=language, script=script, color_scheme=shade, viewport={"width": width, "height": 800})
    screen.opens()
    screen.types_password(name, password_of(name))
    screen.types_response(ask("POST", f"/phones/{phone}/respond", {"challenge": screen.challenge})["response"])

    assert screen.path == "/sso/Between"
    if script:
        is_fair(screen)
    assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth") if script else True
    screen.page.get_by_role("link", name=SKIP[language], exact=True).click()
    screen.sees_success(name)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_page_that_waits_sees_time_fly(window: Callable[..., Screen], ask: Ask, language: str) -> None:
    """The lab's clock moves past the end of a notification: the page that waits leads back and says so by itself."""
    name = f"late-{language}"
    enrols(ask, name)
    screen = window(language=language, is_patient=True)
    screen.opens()
    types_password(screen, name)
    assert screen.path == SECOND_FACTOR
    screen.page.locator(".xyzblock-notification .countdown").wait_for()

    ask("POST", "/clock", {"advance_ms": 181_000})

    screen.page.wait_for_url("**/sso/Login")
    assert screen.error == EXPIRED[language]


def test_a_phone_of_the_lab_lets_the_page_go_on(window: Callable[..., Screen], ask: Ask) -> None:
    """A virtual phone that approves by itself: the page is inside without a key or a click."""
    enrols(ask, "quick", policy="approve")
    screen = window(is_patient=True)
    screen.opens()
    types_password(screen, "quick")

    screen.sees_success("quick")


def test_the_look_of_an_error_of_the_lab(window: Callable[..., Screen], ask: Ask, tmp_path: Path) -> None:
    """A played 503 is a page with its banner and its style, fair as any other, and the next one is good."""
    ask("PUT", "/faults/http_503", {"nth": 1, "step": "page"})
    screen = window()

    screen.opens("/sso/Login")

    assert screen.error == "The portal is busy."
    is_fair(screen)
    screen.opens("/sso/Login")
    assert screen.page.locator(".xyzform-username").is_visible()
