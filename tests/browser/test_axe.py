"""Every page under axe, in both themes and languages, on a telephone and on a desk; nothing sticks out on any width."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe

from authsim.adapters.system import SystemEntropy
from authsim.factor_rules import WORTH
from authsim.model import FactorKind
from authsim.protocol.codes import Purpose
from authsim.verifier import Verifier, operators
from tests.support.browser_chromium import Screen
from tests.support.device import TestPhone
from tests.support.holding import give
from tests.support.portal import LivePortal, password_of
from tests.support.wire import activate_by_session_id
from web.wiring import open_portal

#: Each page is met in both languages, and there in both themes: the other one takes no second walk.
LOOKS = ((390, "light", "en"), (1440, "dark", "ja"))
OTHER = {"light": "dark", "dark": "light"}
WIDTHS = (320, 390, 1440, 1920)
HEIGHT = 900
#: What may differ between two themes.
SHADES = """() => axe.run(document, { runOnly: ["color-contrast"], resultTypes: ["violations"] })
    .then(found => found.violations.flatMap(one => one.nodes.map(node => node.html)))"""
NUMBER = "+12025550142"
PATHS = (
    *("/portal/activity", "/portal/sessions", "/help/phishing"),
    *("/portal/settings", "/portal/settings/user", "/portal/settings/secure-login", "/portal/settings/classic"),
    *("/portal/settings/opt-out", "/portal/settings/secure-login-system", "/portal/settings/number?code=sent"),
    *(f"/portal/settings/factors/{room}" for room in ("authenticator-app", "security-card", "code-card", "passcode")),
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
    verifier: Verifier

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
        yield from self.adding()
        yield from self.choosing()
        screen.opens("/sso/Dispatcher")
        screen.signs_out()
        yield "signed out"
        yield from self.losing()

    def adding(self) -> Iterator[str]:
        """Devices that wait to be activated, the proof before one is added, and the opt-out with its end."""
        screen, page = self.screen, self.screen.page
        user = operators.require_user(self.verifier, self.name)
        for kind in (FactorKind.AUTHENTICATOR_APP, FactorKind.SECURITY_CARD, FactorKind.CODE_CARD):
            give(self.verifier, user, kind, is_active=False)
            room = kind.value.replace("_", "-")
            screen.opens(f"/portal/settings/factors/{room}")
            yield f"waiting, {room}"
        screen.opens("/portal/settings/secure-login-system")
        yield "waiting devices"
        screen.opens("/portal/settings/factors/share")
        yield "identity verification"
        page.locator("#verify-username").fill(self.name)
        page.locator("#verify-password").fill(password_of(self.name))
        with page.expect_navigation():
            page.locator("main .btn-primary").click()
        screen.opens("/sso/SecondFactor?with=challenge")
        yield "the answer that verifies"
        screen.types_response(self.phone.respond(screen.challenge, purpose=Purpose.ADD_DEVICE))
        yield "sharing"
        self.portal.operator("secure", self.name, "opt-out")
        screen.opens("/portal/settings/secure-login")
        yield "opted out"
        page.locator("input[value=always]").check()
        with page.expect_navigation():
            page.locator("main .btn-primary").first.click()
        yield "opted in again"

    def choosing(self) -> Iterator[str]:
        """The list of devices and what each of them is asked; the last one signs in."""
        screen, page = self.screen, self.screen.page
        user = operators.require_user(self.verifier, self.name)
        held = {kind: give(self.verifier, user, kind) for kind in FactorKind if kind is not FactorKind.IB_KEY}
        screen.opens("/portal/settings/secure-login-system")
        yield "devices"
        screen.signs_out()
        screen.opens()
        screen.types_password(self.name, password_of(self.name))
        yield "choice"
        for kind in (*held, FactorKind.AUTHENTICATOR_APP):
            screen.opens("/sso/SecondFactor?with=choice")
            with page.expect_navigation():
                page.locator(".xyz-multipleselect").select_option(WORTH[kind].code)
            yield f"asked, {kind.value}"
        page.locator(".code-input").fill("1")
        with page.expect_navigation():
            page.locator(".code-input").press("Enter")
        yield "asked, refused"
        page.locator(".code-input").fill(held[FactorKind.AUTHENTICATOR_APP].answer())
        page.locator(".code-input").press("Enter")
        screen.sees_success(self.name)

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
def visits(portal: LivePortal, window: Callable[..., Screen]) -> Iterator[Callable[..., Visit]]:
    """`visits(width=390, theme="dark", language="ja")` is a walk that has not begun."""
    beside = open_portal(portal.settings)

    def visit(*, width: int, theme: str, language: str) -> Visit:
        name = f"a-rather-long-name-{width}-{theme[0]}-{language}"
        portal.adds(name, phone=NUMBER)
        viewport = {"width": width, "height": HEIGHT}
        screen = window(viewport=viewport, color_scheme=theme, language=language, reduced_motion="reduce")
        phone = TestPhone(entropy=SystemEntropy())
        return Visit(portal=portal, screen=screen, name=name, phone=phone, verifier=beside.verifier)

    yield visit
    beside.close()


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
    """Axe has nothing to complain about, best practices included, in both themes; no page scrolls sideways."""
    visit = visits(width=width, theme=theme, language=language)
    seen = visit.screen.page
    for page in visit.pages():
        seen.wait_for_load_state("load")  # a form that was sent may lead to a page that has no style yet
        found = Axe().run(seen, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{page}: {found.generate_report()}"
        seen.emulate_media(color_scheme=OTHER[theme])  # type: ignore[arg-type]
        assert seen.evaluate(SHADES) == [], f"{page}, {OTHER[theme]}"
        seen.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for every in (*WIDTHS, width):
            seen.set_viewport_size({"width": every, "height": HEIGHT})
            assert not sticks_out(visit.screen), f"{page} at {every} px"
        assert seen.locator("html").get_attribute("lang") == language
