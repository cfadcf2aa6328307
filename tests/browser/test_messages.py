"""The Message Center in a real browser: a login recorded by Chromium itself is attached, and comes out clean."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from authsim.adapters.system import SystemEntropy
from authsim.secret import Secret
from tests.support.browser_chromium import Screen
from tests.support.device import TestPhone
from tests.support.inspecting import inspect
from tests.support.portal import LivePortal, password_of
from tests.support.wire import activate_over_http

SAID = {
    "en": {"new": "New web ticket", "submit": "Submit", "left": "0 secrets of this portal are left"},
    "ja": {"new": "新しいウェブ・チケット", "submit": "送信", "left": "このポータルの秘密は残り 0 件"},
}


def has_phone(portal: LivePortal, name: str) -> TestPhone:
    """Add a user, and a phone that is active for it."""
    phone = TestPhone(entropy=SystemEntropy())
    activate_over_http(phone, Secret(portal.adds(name, activation=True)[name]["activation"]), portal.address)
    return phone


def logs_in(screen: Screen, name: str, phone: TestPhone) -> str:
    """Both factors; return the response that was typed."""
    screen.opens()
    screen.types_password(name, password_of(name))
    response = phone.respond(screen.challenge)
    screen.types_response(response)
    screen.sees_success(name)
    return response


def tabs_to(screen: Screen, ident: str) -> None:
    """Press Tab until the field or button of that id, or with that text, has the focus."""
    for _ in range(40):
        screen.page.keyboard.press("Tab")
        if screen.page.evaluate(
            "wanted => [document.activeElement.id, document.activeElement.textContent.trim()].includes(wanted)", ident
        ):
            return
    raise AssertionError(f"{ident} cannot be reached")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_recorded_login(portal: LivePortal, window: Callable[..., Screen], tmp_path: Path, language: str) -> None:
    """With the keys alone: steps, ticket, the recording of a whole login, its report without a secret, the end."""
    name, said = f"records-{language}", SAID[language]
    phone = has_phone(portal, name)
    recording = tmp_path / "login.har"
    recorded = window(language=language, record_har_path=str(recording), record_har_content="embed")
    response = logs_in(recorded, name, phone)
    recorded.page.context.close()
    written = recording.read_text()
    secrets = [password_of(name), response, *(item.split("=")[1] for item in _cookies(written))]
    assert all(secret in written for secret in secrets)

    screen = window(language=language)
    page, keys = screen.page, screen.page.keyboard
    logs_in(screen, name, phone)
    screen.opens("/portal/messages")
    inspect(screen, "no ticket")
    screen.opens("/portal/messages/har-file")
    inspect(screen, "steps")
    tabs_to(screen, "Safari")
    keys.press("Enter")
    page.wait_for_url("**?browser=safari")
    tabs_to(screen, said["new"])
    keys.press("Enter")
    page.wait_for_url("**/portal/messages/new")
    inspect(screen, "new ticket")
    tabs_to(screen, "ticket-subject")
    keys.type("I cannot log in")
    tabs_to(screen, "ticket-body")
    keys.type("The file shows it.")
    (tmp_path / "bad.har").write_text("{}")
    page.set_input_files("#ticket-har", tmp_path / "bad.har")
    tabs_to(screen, said["submit"])
    keys.press("Enter")
    page.locator(".refusal").wait_for()
    inspect(screen, "refused file")
    assert page.input_value("#ticket-body") == "The file shows it."
    (tmp_path / "large.har").write_bytes(b" " * (10 * 1024 * 1024 + 1))
    page.set_input_files("#ticket-har", tmp_path / "large.har")
    assert page.locator("#ticket-har:invalid").count() == 1, "said before it travels"
    page.set_input_files("#ticket-har", recording)
    tabs_to(screen, said["submit"])
    keys.press("Enter")
    page.locator(".evidence-line").wait_for()
    inspect(screen, "ticket")
    assert page.get_by_text(said["left"]).is_visible()
    page.locator(".evidence-line .btn").first.click()
    page.locator(".waterfall").wait_for()
    page.locator("summary").click()
    inspect(screen, "evidence")
    with page.expect_download() as download:
        page.locator("a[download]").click()
    clean = Path(download.value.path()).read_text()
    assert download.value.suggested_filename.endswith("-clean.har")
    assert len(json.loads(clean)["log"]["entries"]) == len(json.loads(written)["log"]["entries"])
    for secret in secrets:
        assert secret not in clean + page.content()
    page.go_back()
    with page.expect_navigation():
        page.locator(".closes a").click()
    page.locator("main form .btn-primary").wait_for()
    inspect(screen, "close, asked")
    page.locator("main form .btn-primary").click()
    page.locator(".badge.quiet").wait_for()
    inspect(screen, "closed ticket")


def test_without_script(portal: LivePortal, window: Callable[..., Screen]) -> None:
    """Tabs, form and refusal need no script."""
    phone = has_phone(portal, "no-script")
    screen = window(script=False)
    logs_in(screen, "no-script", phone)
    page = screen.page
    screen.opens("/portal/messages/har-file")
    with page.expect_navigation():
        page.get_by_role("link", name="Firefox").click()
    assert page.get_by_text("Persists logs").is_visible()
    screen.opens("/portal/messages/new")
    page.locator("#ticket-subject").fill("Help")
    page.locator("#ticket-body").fill("It fails.")
    with page.expect_navigation():
        page.locator("main .btn-primary").click()
    assert page.get_by_role("heading", name="Help").is_visible()


def _cookies(har: str) -> set[str]:
    """The names and values of our cookies that a recording holds."""
    found = set()
    for entry in json.loads(har)["log"]["entries"]:
        for cookie in (*entry["request"]["cookies"], *entry["response"]["cookies"]):
            if len(cookie["value"]) == 43:
                found.add(f"{cookie['name']}={cookie['value']}")
    assert found
    return found
