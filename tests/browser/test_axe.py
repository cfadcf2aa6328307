"""Every page under axe, in both themes and languages, on a telephone and on a desk; nothing sticks out on any width."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe

from authsim.adapters.system import SystemEntropy
from tests.support.browser_chromium import Screen
from tests.support.device import TestPhone
from tests.support.portal import LivePortal, password_of
from tests.support.wire import activate_by_session_id

#: Each two of width, theme and language meet once.
LOOKS = ((390, "light", "en"), (390, "dark", "ja"), (1440, "light", "ja"), (1440, "dark", "en"))
EXTREMES = (320, 1920)
HEIGHT = 900
NUMBER = "+12025550142"
PATHS = (
    *("/portal/activity", "/portal/sessions", "/portal/settings", "/portal/settings/secure-login", "/help/phishing"),
    *(
        "/help/camera",
        "/app",
        "/app/store/ios",
        "/app/store/android",
        "/app/store/ios?tapped=get",
        "/inbox",
        "/nothing",
    ),
)


@dataclass(slots=True, kw_only=True)
class Visit:
    """A walk through every page; `look` is called on each."""

    portal: LivePortal
    screen: Screen
    name: str
    phone: TestPhone

    def pages(self) -> Iterator[str]:
        """Go from page to page, and say the name of each."""
        screen, page = self.screen, self.screen.page
        screen.opens()
        yield "login"
        page.locator("label[for=toggle1]").click()
        yield "login, paper"
        screen.types_password("nobody", "wrong")
        yield "login, refused"
        screen.opens()
        page.locator("label[for=toggle1]").click()
        screen.types_password(self.name, password_of(self.name))
        yield "login, wrong mode"
        screen.opens()
        screen.types_password(self.name, password_of(self.name))
        page.locator("summary").click()
        yield "activation"
        screen.opens("/portal/activity")
        yield "activity"
        screen.opens("/portal/sessions")
        yield "refused page"
        screen.opens("/portal/activation")
        activate_by_session_id(self.phone, page.locator(".xyz-sessionid").inner_text(), self.portal.address)
        page.locator(".proof-panel").wait_for()
        yield "activated"
        screen.is_patient = True
        screen.steps_up()
        yield "notification"
        screen.opens("/sso/SecondFactor?with=qr")
        yield "login by QR code"
        screen.opens("/sso/SecondFactor?with=challenge")
        screen.types_response("1")
        page.locator("summary").click()
        yield "challenge, refused"
        screen.types_response(self.phone.respond(screen.challenge))
        screen.sees_success(self.name)
        yield "home"
        for path in PATHS:
            screen.opens(path)
            yield path
        yield from self.trading()
        screen.opens(f"/inbox/{NUMBER}")
        yield "inbox of a number"
        screen.opens("/sso/Dispatcher")
        screen.signs_out()
        yield "signed out"
        yield from self.losing()

    def trading(self) -> Iterator[str]:
        """The trading device, from the credentials to the response that was wrong, and to the right one."""
        screen, page = self.screen, self.screen.page
        for platform in ("ios", "android"):
            screen.opens(f"/mobile/{platform}")
            yield f"trading on {platform}"
        page.locator("#trading-username").fill(self.name)
        page.locator("#trading-password").fill(password_of(self.name))
        page.locator(".phone .btn-primary").click()
        page.locator(".phone .setting").first.wait_for()
        yield "the two choices"
        for wish in ("migrate", "migrate-how", "challenge"):
            screen.opens(f"/mobile/android?screen={wish}")
            yield f"trading, {wish}"
        page.locator("#trading-response").fill("1")
        page.locator(".phone .btn-primary").click()
        page.locator(".xyz-errormessage").wait_for()
        yield "trading, refused"
        page.locator("#trading-response").fill(self.phone.respond(page.locator(".trading-challenge").inner_text()))
        page.locator(".phone .btn-primary").click()
        page.locator(".proof-panel").wait_for()
        yield "trading, inside"

    def losing(self) -> Iterator[str]:
        """The phone is lost: suspended, and what the password alone leads to then."""
        screen, page = self.screen, self.screen.page
        screen.opens("/lost-phone")
        yield "lost phone"
        for password in ("wrong", password_of(self.name)):
            page.locator("#lost-username").fill(self.name)
            page.locator("#lost-password").fill(password)
            with page.expect_navigation():
                page.locator("main .btn-primary").click()
            yield "lost phone, sent"
        screen.opens()
        screen.types_password(self.name, password_of(self.name))
        yield "suspended"


@pytest.fixture
def visits(portal: LivePortal, window: Callable[..., Screen]) -> Callable[..., Visit]:
    """`visits(width=390, theme="dark", language="ja")` is a walk that has not begun."""

    def visit(*, width: int, theme: str, language: str) -> Visit:
        name = f"a-rather-long-name-{width}-{theme[0]}-{language}"
        portal.adds(name, phone=NUMBER)
        screen = window(viewport={"width": width, "height": HEIGHT}, color_scheme=theme, language=language)
        return Visit(portal=portal, screen=screen, name=name, phone=TestPhone(entropy=SystemEntropy()))

    return visit


def sticks_out(screen: Screen) -> str:
    """What is wider than the window, if anything."""
    return str(
        screen.page.evaluate(
            """() => document.documentElement.scrollWidth <= innerWidth ? "" :
            [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
            .map(e => e.tagName + "." + e.className).join(" ")"""
        )
    )


@pytest.mark.parametrize(("width", "theme", "language"), LOOKS)
def test_no_violation(visits: Callable[..., Visit], width: int, theme: str, language: str) -> None:
    """Axe has nothing to complain about, best practices included; no page scrolls sideways from 320 to 1920 px."""
    visit = visits(width=width, theme=theme, language=language)
    for page in visit.pages():
        visit.screen.page.wait_for_load_state("load")  # a form that was sent may lead to a page that has no style yet
        found = Axe().run(visit.screen.page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{page}: {found.generate_report()}"
        for every in (*EXTREMES, width):
            visit.screen.page.set_viewport_size({"width": every, "height": HEIGHT})
            assert not sticks_out(visit.screen), f"{page} at {every} px"
        assert visit.screen.page.locator("html").get_attribute("lang") == language
