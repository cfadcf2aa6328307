"""A login that the phone approves: the page goes on by itself, with script and without, and tells what else happens."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.browser_chromium import Screen
from tests.support.child import wait_until
from tests.support.phone import Phone
from tests.support.portal import LivePortal, password_of

SHOW = "/sso/SecondFactor"
HEADING = {"en": "Open the notification on your phone", "ja": "スマートフォンの通知を開いてください"}
QR = {"en": "Log in with QR Code", "ja": "QRコードでログイン"}
RESEND = {"en": "Resend notification", "ja": "通知を再送信"}
DENIED = {"en": "The login was denied on the phone.", "ja": "ログインはスマートフォンで拒否されました。"}
REPORTED = "The phone said about this login: it wasn't me."


@pytest.fixture
def enrolled(portal: LivePortal, sells: Callable[..., Phone]) -> Callable[[str], Phone]:
    """`enrolled("alice")` is a phone that is active for a new user of that name."""

    def enrol(name: str) -> Phone:
        uri = portal.adds(name, activation=True)[name]["activation"]
        phone = sells(name).is_made()
        phone.activates(uri)
        return phone

    return enrol


def waits(screen: Screen, name: str) -> None:
    """Pass the first factor and see the notification."""
    screen.opens()
    screen.types_password(name, password_of(name))
    assert screen.path == SHOW
    screen.page.get_by_role("heading", name=HEADING[screen.language]).wait_for()


def decides(phone: Phone, *command: str) -> None:
    """Let the phone answer what waits."""
    phone.does(*command, "--pin-file", str(phone.pin_file))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_goes_on_by_itself(
    portal: LivePortal, window: Callable[..., Screen], enrolled: Callable[[str], Phone], language: str
) -> None:
    """Approved on the phone: the page is inside without a key or a click."""
    phone = enrolled(f"push-{language}")
    screen = window(language=language, is_patient=True)
    waits(screen, f"push-{language}")
    decides(phone, "approve", "--yes")
    screen.sees_success(f"push-{language}")


def test_without_script_the_page_refreshes_and_offers_to_go_on(
    portal: LivePortal, window: Callable[..., Screen], enrolled: Callable[[str], Phone]
) -> None:
    """Without script the page looks again by itself; the button that it then shows opens the session."""
    phone = enrolled("patience")
    screen = window(script=False, is_patient=True)
    waits(screen, "patience")
    decides(phone, "approve", "--yes")
    screen.page.get_by_role("button", name="Continue", exact=True).click()
    screen.sees_success("patience")


def test_without_a_stream_the_page_asks(
    portal: LivePortal, window: Callable[..., Screen], enrolled: Callable[[str], Phone]
) -> None:
    """Where no stream is to be had, the script asks every other second instead."""
    phone = enrolled("streamless")
    screen = window(is_patient=True)
    screen.page.route("**/events", lambda route: route.fulfill(status=503))
    waits(screen, "streamless")
    decides(phone, "approve", "--yes")
    screen.sees_success("streamless")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_denied(
    portal: LivePortal, window: Callable[..., Screen], enrolled: Callable[[str], Phone], language: str
) -> None:
    """Denied on the phone: the page leads back to the login by itself and says why."""
    phone = enrolled(f"deny-{language}")
    screen = window(language=language, is_patient=True)
    waits(screen, f"deny-{language}")
    decides(phone, "deny")
    screen.page.wait_for_url("**/sso/Login")
    assert screen.error == DENIED[language]


def test_reported(portal: LivePortal, window: Callable[..., Screen], enrolled: Callable[[str], Phone]) -> None:
    """Reported as not one's own: the same, in other words; without script after a refresh."""
    phone = enrolled("report")
    screen = window(script=False, is_patient=True)
    waits(screen, "report")
    decides(phone, "deny", "--report")
    screen.page.wait_for_url("**/sso/Login")
    assert screen.error == REPORTED


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_login_by_qr_code(
    portal: LivePortal,
    window: Callable[..., Screen],
    enrolled: Callable[[str], Phone],
    tmp_path: Path,
    language: str,
    script: bool,
) -> None:
    """The link shows a code; the phone reads it off the screen, approves, and the page goes on."""
    name = f"qr-{language}-{script}".lower()
    phone = enrolled(name)
    screen = window(language=language, script=script, is_patient=True)
    waits(screen, name)
    screen.page.get_by_role("link", name=QR[language]).click()
    screen.page.locator(".qr-plate svg").wait_for()
    picture = screen.shot(tmp_path / "login.png", whole=True)
    decides(phone, "approve", str(picture), "--yes")
    if not script:
        screen.page.locator("form.goes-on button").click()
    screen.sees_success(name)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_resend_then_approve(
    portal: LivePortal, window: Callable[..., Screen], enrolled: Callable[[str], Phone], language: str
) -> None:
    """Resend asks anew; the phone answers the newer request."""
    phone = enrolled(f"resend-{language}")
    screen = window(language=language, is_patient=True)
    waits(screen, f"resend-{language}")
    with screen.page.expect_navigation():
        screen.page.get_by_role("button", name=RESEND[language]).click()
    decides(phone, "approve", "--yes")
    screen.sees_success(f"resend-{language}")


def test_a_newer_login_is_told(
    portal: LivePortal, window: Callable[..., Screen], enrolled: Callable[[str], Phone]
) -> None:
    """When another browser asks the phone, this page says by itself that its notification counts no more."""
    enrolled("twice")
    screen, other = window(is_patient=True), window(is_patient=True)
    waits(screen, "twice")
    waits(other, "twice")
    screen.page.get_by_text("A newer login asked the phone.").wait_for()


def test_a_half_typed_response_is_left_alone(
    portal: LivePortal, window: Callable[..., Screen], enrolled: Callable[[str], Phone]
) -> None:
    """On the challenge page a newer login changes nothing of what is typed; the response still signs in."""
    phone = enrolled("typing")
    screen, other = window(), window(is_patient=True)
    screen.opens()
    screen.types_password("typing", password_of("typing"))
    response = phone.responds(screen.challenge)
    field = screen.page.get_by_label(screen.label("response"), exact=True)
    field.fill(response[:5])
    heard: list[str] = []
    tools = screen.page.context.new_cdp_session(screen.page)
    tools.on("Network.eventSourceMessageReceived", lambda event: heard.append(json.loads(event["data"])["state"]))
    tools.send("Network.enable")
    waits(other, "typing")
    wait_until(lambda: bool(tools.send("Network.enable")) or "superseded" in heard)  # asking brings what was heard
    field.press_sequentially(response[5:])
    assert field.input_value() == response
    with screen.page.expect_navigation():
        field.press("Enter")
    screen.sees_success("typing")


def test_step_up_by_notification(
    portal: LivePortal, window: Callable[..., Screen], sells: Callable[..., Phone], tmp_path: Path
) -> None:
    """A first login: the phone scans the QR code, and then approves the same session by notification."""
    portal.adds("novice")
    phone = sells("novice").is_made()
    screen = window(is_patient=True)
    screen.opens()
    screen.types_password("novice", password_of("novice"))
    phone.does("activate", str(screen.shot(tmp_path / "shot.png")), "--pin-file", str(phone.pin_file))
    screen.page.get_by_text(screen.label("is active", name="novice")).wait_for()
    screen.steps_up()
    screen.page.get_by_role("heading", name=HEADING["en"]).wait_for()
    decides(phone, "approve", "--yes")
    screen.sees_success("novice")
