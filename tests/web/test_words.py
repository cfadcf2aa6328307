"""Our own identity: no third-party mark, no foreign address, in anything that a page can show."""

import re
from pathlib import Path

import pytest

from authsim.model import User
from tests.support.device import TestPhone
from tests.support.site import Browser

WEB = Path(__file__).parents[2] / "web"
#: hosts.py names them in order to refuse them; what it holds is never shown.
FILES = sorted(
    path
    for folder in ("templates", "static", "translations", "portal", "desk", "device_api", "trading", "inbox")
    for path in (WEB / folder).rglob("*")
    if path.is_file() and path.suffix in {".html", ".css", ".js", ".py", ".po", ".svg"}
) + sorted(path for path in WEB.glob("*.py") if path.name != "hosts.py")

OTHERS = (
    *("/portal/settings", "/portal/settings/secure-login", "/lost-phone", "/help/camera", "/app", "/app/store/ios"),
    *("/portal/settings/user", "/portal/settings/secure-login-system", "/portal/settings/opt-out"),
    *("/portal/messages", "/portal/messages/new", "/portal/messages/har-file"),
    *("/app/store/android?tapped=get", "/mobile/ios", "/mobile/android?screen=migrate", "/inbox"),
)
MARKS = (
    *("ibkr", "interactive brokers", "interactivebrokers", "インタラクティブ", "client portal", "trader workstation"),
    *("schwab", "fidelity", "robinhood", "etrade", "e\\*trade", "ameritrade", "vanguard", "webull", "saxo", "degiro"),
    *(
        "楽天証券",
        "sbi証券",
        "野村",
        "マネックス",
        "apple",
        "google",
        "face id",
        "touch id",
        "paypal",
        "visa",
        "mastercard",
    ),
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(WEB).as_posix())
def test_no_third_party_mark(path: Path) -> None:
    """No template, style, script or sentence carries the name of a broker, a bank or a maker."""
    text = path.read_text().lower()
    for mark in MARKS:
        assert not re.search(rf"(?<![a-z-]){mark}(?![a-z-])", text), mark


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(WEB).as_posix())
def test_no_foreign_address(path: Path) -> None:
    """Nothing is loaded from, linked to or sent to another machine."""
    text = path.read_text().replace("http://www.w3.org/2000/svg", "").replace("https://tools.ietf.org", "")
    assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", text)
    assert not re.search(r"@import|url\(\s*['\"]?(?:https?:|//)", text)


def test_pages_carry_no_foreign_address(browser: Browser, alice: User, phone: TestPhone) -> None:
    """Every address in a rendered page is a path of ours."""
    pages = [browser.opens("/"), browser.types_password("alice")]
    browser.activates(phone)
    pages.append(browser.opens("/portal/activation"))
    pages.append(browser.presses("/portal/activation/sign-in"))
    pages.append(browser.types_response(phone.respond(pages[-1].challenge)))
    pages += [browser.opens(path) for path in ("/portal/activity", "/portal/sessions", "/help/phishing", "/nothing")]
    pages += [browser.opens(path) for path in OTHERS]
    for page in pages:
        for element in page.root.walk():
            for name in ("href", "src", "action", "formaction", "data", "poster", "srcset"):
                address = element.attributes.get(name, "/")
                assert address.startswith("#") or (address.startswith("/") and not address.startswith("//")), address


def test_no_inline_script_or_style(browser: Browser, alice: User, phone: TestPhone) -> None:
    """A strict content policy has nothing to stop: no handlers, no style attributes, no inline blocks."""
    browser.logs_in("alice", phone)
    browser.presses("/portal/sign-out")
    pages = [browser.opens(path) for path in ("/", "/help/phishing", "/nothing")]
    browser.logs_in("alice", phone)
    pages += [browser.opens(path) for path in ("/sso/Dispatcher", "/portal/activity", "/portal/sessions")]
    pages += [browser.opens(path) for path in OTHERS]
    for page in pages:
        for element in page.root.walk():
            assert not any(name.startswith("on") or name == "style" for name in element.attributes), element.tag
            assert element.tag != "style"
            if element.tag == "script":
                assert element.attributes["src"].startswith("/static/")
                assert not element.text


def test_scripts_store_and_send_nothing() -> None:
    """Our modules keep nothing in the browser and speak only to our own path."""
    for path in (WEB / "static").glob("*.js"):
        text = path.read_text()
        for word in ("localStorage", "sessionStorage", "indexedDB", "document.cookie", "innerHTML", "eval(", "XMLHttp"):
            assert word not in text, (path.name, word)
        # how a login or a code stands, and the texts of a simulated number
        assert text.count("fetch(") == {"watch.js": 1, "inbox.js": 2}.get(path.name, 0)
        assert text.count("new EventSource(") == (path.name in {"follow.js", "inbox.js"})
