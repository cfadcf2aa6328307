"""Every second factor in a browser: alone, from the list as programs choose and as people do; and one that is added."""

import io
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page

from authsim.adapters.system import SystemEntropy
from authsim.model import FactorKind, User
from authsim.protocol.codes import Purpose
from authsim.secret import Secret
from authsim.verifier import Verifier, operators
from tests.browser.test_keyboard import gets_focus, tab_to
from tests.support.browser_chromium import Screen
from tests.support.device import TestPhone
from tests.support.holding import Held, give
from tests.support.portal import LivePortal, password_of
from tests.support.wire import activate_over_http
from web.settings import Settings
from web.wiring import open_portal

NAMES = {
    FactorKind.IB_KEY: "IB Key",
    FactorKind.AUTHENTICATOR_APP: "Mobile Authenticator App",
    FactorKind.TEXT: "SMS",
    FactorKind.SECURITY_CARD: "Digital Security Card+",
    FactorKind.CODE_CARD: "Security Code Card",
    FactorKind.ONLINE_CARD: "Online Security Code Card",
    FactorKind.TEMPORARY_PASSCODE: "Temporary Passcode",
}
OTHERS = [kind for kind in NAMES if kind is not FactorKind.IB_KEY]


#: From the settings to the page of the app.
PATH = ("user", "secure-login-system", "factors/authenticator-app")


@pytest.fixture
def verifier(portal: LivePortal) -> Iterator[Verifier]:
    """The portal's flows beside the process that serves it, on the same directory."""
    opened = open_portal(Settings(data_dir=portal.data))
    yield opened.verifier
    opened.close()


@pytest.fixture
def makes(portal: LivePortal, verifier: Verifier) -> Callable[..., list[User]]:
    """`makes("alice", "bob", phone=number)` are users of the portal with that number."""

    def make(*names: str, phone: str) -> list[User]:
        portal.adds(*names, phone=phone)
        return [operators.require_user(verifier, name) for name in names]

    return make


def answers(screen: Screen, held: Held) -> None:
    """Type what the device answers to what the page asks, and send it with Enter."""
    page = screen.page
    digits = page.locator(".xyz-goldchallenge, .indices .code-digits").all_inner_texts()
    field = page.locator(".code-input")
    field.fill(held.answer(" ".join(digits)))
    with page.expect_navigation():
        field.press("Enter")


def reach(page: Page, path: str) -> None:
    """Press Tab until a link to this page has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.pathname ?? ''") == path:
            return
    raise AssertionError(f"no link to {path} can be reached")


def test_each_alone(makes: Callable[..., list[User]], verifier: Verifier, window: Callable[..., Screen]) -> None:
    """Without a choice the one device is asked at once; the home page says which one it was."""
    screen = window()
    users = makes(*(f"only-{kind.value.replace('_', '-')}" for kind in OTHERS), phone="+12025550101")
    for kind, user in zip(OTHERS, users, strict=True):
        name, held = user.name, give(verifier, user, kind)
        screen.opens()
        screen.types_password(name, password_of(name))
        assert not screen.page.locator(".xyzblock-multiplesf").count()
        answers(screen, held)
        screen.sees_success(name)
        assert NAMES[kind] in screen.page.locator("section[aria-labelledby=factor-title]").inner_text()
        screen.signs_out()


@pytest.mark.parametrize("script", [True, False])
def test_each_from_the_list(
    portal: LivePortal,
    makes: Callable[..., list[User]],
    verifier: Verifier,
    window: Callable[..., Screen],
    script: bool,
) -> None:
    """With script choosing alone goes on, as programs expect; without it the button does."""
    name = f"several-{'with' if script else 'without'}"
    (user,) = makes(name, phone="+12025550131" if script else "+12025550132")
    phone = TestPhone(entropy=SystemEntropy())
    activate_over_http(phone, Secret(portal.activation_uri(name)), portal.address)
    held = {kind: give(verifier, user, kind) for kind in OTHERS}
    screen = window(script=script)
    page = screen.page
    for kind, label in NAMES.items():
        screen.opens()
        screen.types_password(name, password_of(name))
        assert page.locator(".xyz-multipleselect option").first.inner_text() == "Select Type"
        with page.expect_navigation():
            page.locator(".xyz-multipleselect").select_option(label=label)
            if not script:
                page.locator(".xyzblock-multiplesf button").click()
        screen.passes_by()
        assert page.locator("a.xyz-showdevices").count() == 1
        if kind is FactorKind.IB_KEY:
            screen.types_response(phone.respond(screen.challenge))
        else:
            answers(screen, held[kind])
        screen.sees_success(name)
        screen.signs_out()


def test_the_list_by_keyboard(
    makes: Callable[..., list[User]], verifier: Verifier, window: Callable[..., Screen]
) -> None:
    """Walking through the list with the keys chooses nothing before the button is pressed."""
    (user,) = makes("keys-list", phone="+12025550141")
    held = [give(verifier, user, kind) for kind in (FactorKind.CODE_CARD, FactorKind.AUTHENTICATOR_APP)]
    screen = window()
    page, keys = screen.page, screen.page.keyboard
    screen.opens()
    screen.types_password("keys-list", password_of("keys-list"))
    tab_to(page, "second-factor-device")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    assert page.locator(".xyz-multipleselect").input_value() == "3"
    tab_to(page, "btn-primary")
    keys.press("Enter")
    page.locator("#twofactbase").wait_for()
    answers(screen, held[0])
    screen.sees_success("keys-list")


def test_adding_an_app_by_keyboard(
    portal: LivePortal, makes: Callable[..., list[User]], window: Callable[..., Screen]
) -> None:
    """From the menu to the QR code and to the first code, without a mouse; any authenticator app can read that code."""
    makes("keys-app", phone="+12025550142")
    phone = TestPhone(entropy=SystemEntropy())
    activate_over_http(phone, Secret(portal.activation_uri("keys-app")), portal.address)
    screen = window()
    page, keys = screen.page, screen.page.keyboard
    screen.opens()
    screen.types_password("keys-app", password_of("keys-app"))
    screen.types_response(phone.respond(screen.challenge))
    screen.sees_success("keys-app")
    for path in ("/portal/settings", *(f"/portal/settings/{name}" for name in PATH)):
        reach(page, path)
        keys.press("Enter")
        page.wait_for_url(f"**{path}")
    tab_to(page, "btn-primary")
    keys.press("Enter")
    page.wait_for_url("**/portal/verify?for=app")
    gets_focus(page, "verify-username")
    keys.type("keys-app")
    tab_to(page, "verify-password")
    keys.type(password_of("keys-app"))
    keys.press("Enter")
    page.wait_for_url("**/sso/SecondFactor")
    tab_to(page, "xyz-showchallenge")
    keys.press("Enter")
    page.wait_for_url("**with=challenge")
    screen.types_response(phone.respond(screen.challenge, purpose=Purpose.ADD_DEVICE))
    tab_to(page, "btn-primary")
    keys.press("Enter")
    picture = page.locator(".qr-plate")
    picture.wait_for()
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.screenshot())).convert("L"))
    parts = urlsplit(found.text)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path).startswith("/AuthSim:")
    app = pyotp.parse_uri(found.text)
    assert isinstance(app, pyotp.TOTP)
    assert parse_qs(parts.query)["secret"][0] == page.locator(".typed-key").inner_text().replace(" ", "")
    field = page.locator("#xyz-field-silver-response")
    field.fill(app.now())
    field.press("Enter")
    page.get_by_text("The device is active.").wait_for()
