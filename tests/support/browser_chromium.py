"""A person in front of a real Chromium: what is on the screen, what is typed, and a picture of it.

Whatever no finished page does (a script error, something that its policy forbids, a request to somebody else) is noted
in `complaints`; a test of a journey ends with none.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Page, Request, sync_playwright

from tests.support.child import LONGEST_S

REQUIRED = "AUTHSIM_REQUIRE_BROWSER"
HOW_TO_GET_ONE = "no browser was found: install Chromium or Chrome, or run 'playwright install chromium'"
DESK = {"width": 1280, "height": 900}
POCKET = {"width": 390, "height": 844}
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
#: Nothing of Chromium's own leaves this machine, and no name but ours resolves. Containers have little shared memory.
_ARGUMENTS = (
    *("--disable-dev-shm-usage", "--disable-gpu"),
    *("--no-sandbox", "--no-first-run", "--no-default-browser-check", "--no-pings", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-default-apps"),
    *("--disable-domain-reliability", "--disable-client-side-phishing-detection", "--metrics-recording-only"),
    *(
        "--disable-features=OptimizationHints,Translate,MediaRouter,AutofillServerCommunication,CertificateTransparency",
    ),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
_TRIES = 5
LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "username": "Username",
            "password": "Password",
            "login": "Login",
            "paper login": "Simulated Login",
            "paper": "Paper trading",
            "challenge": "Challenge code",
            "response": "Enter response code",
            "activate": "Activate a phone",
            "is active": "IB Key is active for {name}.",
            "sign in": "Sign in with your phone",
            "not me": "This was not me",
            "welcome": "Welcome, {name}",
            "sign out": "Sign out",
            "signed out": "You are signed out.",
            "failed": "Authentication failed",
            "fresh": "Log out for a fresh QR code",
        },
        "ja": {
            "username": "ユーザー名",
            "password": "パスワード",
            "login": "ログイン",
            "paper login": "ペーパー取引でログイン",
            "paper": "ペーパー取引",
            "challenge": "チャレンジコード",
            "response": "レスポンス・コード入力",
            "activate": "スマートフォンの有効化",
            "is active": "{name} のIB Keyが有効になりました。",
            "sign in": "スマートフォンでサインイン",
            "not me": "心当たりがありません",
            "welcome": "ようこそ、{name} さん",
            "sign out": "サインアウト",
            "signed out": "サインアウトしました。",
            "failed": "認証に失敗しました",
            "fresh": "ログアウトして新しいQRコードを取得",
        },
    }
)


def find_browser() -> str | None:
    """Where a Chromium or Chrome of the system lies, or None: Playwright may have one of its own."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser. Without one, tests are skipped with the remedy, or fail where a browser is required."""
    with sync_playwright() as playwright:
        executable = find_browser() or playwright.chromium.executable_path
        if not Path(executable).exists():
            if os.environ.get(REQUIRED):
                pytest.fail(HOW_TO_GET_ONE)
            pytest.skip(HOW_TO_GET_ONE)
        browser = playwright.chromium.launch(
            executable_path=executable, args=list(_ARGUMENTS), timeout=LONGEST_S * 1_000
        )
        yield browser
        browser.close()


@dataclass(slots=True)
class Screen:
    """One window, in one language, at one portal.

    A patient one stays where a notification is announced; any other follows the link to the challenge, as programs do.
    """

    page: Page
    address: str
    language: str = "en"
    complaints: list[str] = field(default_factory=list)
    is_patient: bool = False

    def __post_init__(self) -> None:
        # Playwright writes onto the object whose method it is given; this one has slots.
        self.page.on("console", lambda message: self._hear(message))
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        self.page.on("request", lambda request: self._watch(request))

    def label(self, key: str, **facts: str) -> str:
        """What the interface calls something."""
        return LABELS[self.language][key].format(**facts)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def opens(self, path: str = "/") -> None:
        """Go to a page."""
        self.page.goto(f"{self.address}{path}")

    def button(self, key: str) -> Locator:
        """The button with this label."""
        return self.page.get_by_role("button", name=self.label(key), exact=True)

    def types_password(self, name: str, password: str) -> None:
        """Fill in the login form of the page, by its labels, and press its button."""
        self.page.get_by_label(self.label("username"), exact=True).fill(name)
        self.page.get_by_label(self.label("password"), exact=True).fill(password)
        self.presses_login()

    def presses_login(self) -> None:
        """Press the button of the login form, and wait for the page that comes: it may be this one again."""
        with self.page.expect_navigation():
            self.page.locator(".xyz-button-login").click()
        self.passes_by()

    def steps_up(self) -> None:
        """Press *Sign in with your phone* once it is there, and wait for the page that comes."""
        button = self.button("sign in")
        button.wait_for()  # the page that shows it may come by itself, and is not the one that is awaited
        with self.page.expect_navigation():
            button.click()
        self.passes_by()

    def passes_by(self) -> None:
        """Follow the link to the challenge, if there is one and this window is not patient."""
        link = self.page.locator("a.xyz-showchallenge")
        if not self.is_patient and link.count():
            with self.page.expect_navigation():
                link.click()

    @property
    def challenge(self) -> str:
        """The challenge, read as login programs read it."""
        return self.page.locator(".xyz-goldchallenge").inner_text()

    def types_response(self, response: str) -> None:
        """Type the response, press Enter, and wait for the page that comes."""
        field = self.page.get_by_label(self.label("response"), exact=True)
        field.fill(response)
        with self.page.expect_navigation():
            field.press("Enter")

    @property
    def error(self) -> str:
        """What the page says went wrong, or nothing."""
        found = self.page.locator(".xyz-errormessage")
        return found.inner_text() if found.count() else ""

    def sees_success(self, name: str) -> None:
        """Expect the page after both factors."""
        self.page.wait_for_url("**/sso/Dispatcher")
        assert self.page.locator("pre").first.inner_text() == "Client login succeeds"
        self.page.get_by_role("heading", name=self.label("welcome", name=name)).wait_for()

    def signs_out(self) -> None:
        """Press the button, and expect the login page to say so."""
        self.button("sign out").click()
        self.page.get_by_text(self.label("signed out")).wait_for()

    def shot(self, file: Path, *, whole: bool = False) -> Path:
        """Save a picture of the window, or of the whole page."""
        self.page.wait_for_load_state()
        for tries_left in reversed(range(_TRIES)):
            try:
                self.page.screenshot(path=file, full_page=whole)
                break
            except Error as error:
                # On a busy machine Chromium now and then has no frame to give; the page has nothing to do with it.
                if not tries_left or "Unable to capture" not in error.message:
                    raise
        return file

    def _hear(self, message: ConsoleMessage) -> None:
        # A page that was asked for and answers 4xx is what some tests are about; everything else is a fault of ours.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.complaints.append(f"a request to {request.url}")


def open_window(
    browser: Browser,
    address: str,
    *,
    language: str = "en",
    script: bool = True,
    is_patient: bool = False,
    **more: object,
) -> Screen:
    """Open a fresh window without any cookie; `more` goes to Playwright's context (`viewport`, `color_scheme`)."""
    locale = {"en": "en-US", "ja": "ja-JP"}[language]
    options: dict[str, object] = {"viewport": DESK, "locale": locale, "java_script_enabled": script} | more
    context: BrowserContext = browser.new_context(**options)  # type: ignore[arg-type]
    context.set_default_timeout(LONGEST_S * 1_000)
    return Screen(context.new_page(), address, language, is_patient=is_patient)
