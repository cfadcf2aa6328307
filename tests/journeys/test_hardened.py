"""The hardened profile from the first command on: a portal in its own process, phones that are the real `authkey`."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.browser_plain import Visitor
from tests.support.child import wait_until
from tests.support.phone import Phone
from tests.support.portal import LivePortal, served_portal

PASSWORD = "a long story of horses"
ELEMENT = "4t#kite"
NUMBER = "+12125550142"
NOT_OK = 77


@pytest.fixture(scope="module")
def hardened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A portal of the hardened profile; `--set` leaves its numbers but the pause between two requests."""
    folder = tmp_path_factory.mktemp("hardened")
    with served_portal(folder, "--profile", "hardened", "--set", "sms_resend_seconds=0") as portal:
        yield portal


def buys(sells: Callable[..., Phone], name: str) -> Phone:
    """A phone with an element that the profile accepts."""
    return sells(name, pin=ELEMENT).is_made("--pin-policy", "hardened")


def opens(portal: LivePortal, password: str = PASSWORD) -> Visitor:
    """Type name and password; the second page comes, whatever was typed."""
    browser = portal.visitor()
    browser.types_password("alice", password)
    assert browser.page is not None
    assert browser.page.path == "/sso/TwoStep"
    return browser


def code_shown(said: str) -> str:
    """The confirmation code, which stands first and alone in a pipe."""
    lines = said.splitlines()
    assert lines[1:] == ["IB Key of alice waits for its confirmation.", "Done"]
    return lines[0]


def test_a_day_at_a_hardened_portal(hardened: LivePortal, sells: Callable[..., Phone]) -> None:
    """Activated and confirmed, logged in by response and by notification, and moved to another phone by both."""
    hardened.operator(
        "users", "load", "-", given=json.dumps([{"name": "alice", "password": PASSWORD, "phone": NUMBER}])
    )
    # a phone with a classic element is told what to do
    uri = hardened.activation_uri("alice")
    plain = sells("plain").is_made()
    refused = plain.runs("activate", "-", "--pin-file", str(plain.pin_file), given=uri)
    assert refused.returncode == NOT_OK
    assert "change-pin --pin-policy hardened" in refused.stderr

    # the first phone waits until its code is typed as the answer of a login
    phone = buys(sells, "first")
    confirmation = code_shown(phone.activates(uri))
    assert hardened.shows("alice")["device"] is None
    browser = opens(hardened)
    wrong = browser.types_response("00000000")
    assert (wrong.path, wrong.error) == ("/sso/TwoStep", "Login failed.")
    page = browser.types_response(confirmation)
    assert page.path == "/sso/Login"
    assert "Your phone is confirmed and active" in page.text
    assert hardened.shows("alice")["device"]["state"] == "active"

    # a response is typed
    browser = opens(hardened)
    assert browser.page is not None
    assert re.fullmatch(r"1\d{9}", browser.page.challenge)
    assert browser.types_response(phone.responds(browser.page.challenge)).has_succeeded

    # a notification is approved with the number on the page
    browser = opens(hardened)
    assert browser.page is not None
    number = browser.page.one(cls="xyz-typednumber").text
    phone.does("approve", "--number", number, "--pin-file", str(phone.pin_file))
    assert browser.press("/continue").has_succeeded

    # a wrong password looks the same to its end
    browser = opens(hardened, "another story of cats")
    assert browser.press("/continue").path == "/sso/TwoStep"
    for _ in range(3):
        page = browser.types_response("00000000")
    assert (page.path, page.error) == ("/sso/Login", "Login failed.")

    # another phone comes in by text, and takes over when the first one approves
    second = buys(sells, "second")
    second.does("trust", hardened.address, "--yes", "--pin-file", str(second.pin_file))
    adding = second.starts(
        "add-user",
        "alice",
        "--password-file",
        str(_password(second)),
        "--code-stdin",
        "--pin-file",
        str(second.pin_file),
    )
    said, complaint = adding.communicate(_texted(hardened) + "\n", timeout=60)
    assert adding.returncode == 0, complaint
    digits = code_shown(said)[:6]
    assert hardened.shows("alice")["device"]["label"] == "authkey"
    phone.does("approve", "--number", digits, "--pin-file", str(phone.pin_file), "--yes")
    browser = opens(hardened)
    assert browser.page is not None
    assert browser.types_response(second.responds(browser.page.challenge)).has_succeeded
    gone = phone.runs("approve", "--number", "000000", "--pin-file", str(phone.pin_file))
    assert gone.returncode == NOT_OK


def _password(phone: Phone) -> Path:
    """The password in a file, for a script."""
    file = phone.folder / "password"
    file.write_text(f"{PASSWORD}\n")
    return file


def _texted(portal: LivePortal) -> str:
    """The code in the newest text, once there is one."""
    found: list[str] = []

    def has_come() -> bool:
        said = portal.operator("users", "texts", "alice").stdout
        found[:] = re.findall(r"AuthSim code (\d{8}) adds", said)
        return bool(found)

    wait_until(has_come)
    return found[-1]
