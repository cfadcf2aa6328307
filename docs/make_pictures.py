"""Make every picture of README and docs from the running product: `.venv/bin/python docs/make_pictures.py`.

A portal with a fixed cast is made, served and signed in to; what a browser and a terminal show is what is kept. Needs
Chromium, and the fonts named in `.ci/run`. A test compares the list below with the documents and with the files.
"""

import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pexpect
from PIL import Image
from playwright.sync_api import Browser, Error, Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
THEMES = ("light", "dark")
SUBJECTS = (
    "demo",
    "login",
    "activation",
    "activate",
    "notification",
    "login-qr",
    "challenge",
    "respond",
    "home",
    "login-phone",
    "login-ja",
    "trading",
    "trading-ja",
    "inbox",
    "store",
)
NAMES = tuple(f"{subject}-{theme}.png" for subject in SUBJECTS for theme in THEMES)

DESK = {"width": 1280, "height": 860}
TALL = {"width": 1280, "height": 960}
POCKET = {"width": 390, "height": 844}
PORT = 8765
TRIES = 5
PIN = "246810"
NUMBER = "+12025550142"
PASSWORD = "correct-horse-7"  # a practice account of this script, gone when it ends
PROGRAMS = Path(sys.executable).parent

# The terminal is drawn with the portal's own colours.
TOKENS = re.search(r":root \{.*?\n\}", (ROOT / "web/static/authsim.css").read_text(encoding="utf-8"), re.DOTALL)
TERMINAL = """<!doctype html><html><meta charset="utf-8"><style>
  {tokens}
  :root:root {{ color-scheme: {theme}; }}
  body {{ margin: 0; padding: 24px; background: var(--paper); }}
  figure {{ margin: 0; width: max-content; border-radius: var(--radius); overflow: hidden;
    border: 1px solid var(--line); background: var(--surface); color: var(--ink); }}
  figcaption {{ padding: 8px 16px; font: 13px var(--sans); color: var(--ink-soft);
    border-bottom: 1px solid var(--line); }}
  pre {{ margin: 0; padding: 16px; font: 15px/1.5 "DejaVu Sans Mono", "Noto Sans Mono", monospace; min-width: 46rem; }}
  b {{ color: var(--accent); font-weight: 600; }}
</style><figure><figcaption>{title}</figcaption><pre>{text}</pre></figure>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A served portal in a directory of its own."""

    directory: Path
    address: str

    def says(self, program: str, *arguments: str, text: str | None = None) -> str:
        """Run one of our programs to its end and return its stdout."""
        command = [str(PROGRAMS / program), *arguments]
        done = subprocess.run(command, cwd=self.directory, input=text, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def asks_for_a_code(self, name: str, *, phone: str) -> None:
        """Let a new phone ask for a user, until it wants the code that was texted; then it is put away."""
        command = [
            "activate",
            "--username",
            name,
            "--portal",
            self.address,
            "--password-file",
            "password",
            "--pin-file",
            "pin",
        ]
        child = pexpect.spawn(
            str(PROGRAMS / "authkey"),
            ["--home", phone, *command],
            cwd=self.directory,
            encoding="utf-8",
            timeout=60,
            dimensions=(40, 92),
        )
        if child.expect([r"\[y/N\]", "send a new one"]) == 0:
            child.sendline("y")
            child.expect("send a new one")
        child.close(force=True)

    def typed(self, command: str, *, phone: str) -> str:
        """Type a command in the terminal of a phone, answer when it asks for the PIN, and return what stood there."""
        home = {"AUTHKEY_HOME": str(self.directory / phone), "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
        child = pexpect.spawn(
            "bash",
            ["-c", command],
            cwd=self.directory,
            env={**os.environ, **home, "TERM": "xterm-256color"},
            encoding="utf-8",
            dimensions=(40, 92),
        )
        shown = ""
        while child.expect([r"Passcode[^\r\n]*: ?$", pexpect.EOF], timeout=60) == 0:
            shown += child.before + child.after
            child.sendline(PIN)
        return as_plain(shown + child.before).replace(str(self.directory), "~")


def demo() -> str:
    """Return what the README's first command shows when it answers; Ctrl-C ends it and deletes its store."""
    child = pexpect.spawn(
        "authsim",
        ["demo", "--port", str(PORT)],
        env={**os.environ, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}", "TERM": "xterm-256color"},
        encoding="utf-8",
        dimensions=(60, 160),
    )
    child.expect(r"Ctrl-C[^\r\n]*", timeout=60)
    shown = child.before + child.after
    child.sendintr()
    child.expect(pexpect.EOF, timeout=60)
    return as_plain(shown)


def as_plain(shown: str) -> str:
    """Return the text of a terminal without its colours."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r", "").strip("\n")


@contextmanager
def staged() -> Iterator[Stage]:
    """Make a portal with two users, alice with a phone and bob without, and serve it while the block lasts."""
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        (directory / "password").write_text(PASSWORD)
        (directory / "pin").write_text(PIN)
        stage = Stage(directory=directory, address=f"http://127.0.0.1:{PORT}")
        stage.says("authsim", "init", "--data", "portal")
        for name in ("alice", "bob"):
            number = ["--phone", NUMBER] if name == "alice" else []
            stage.says("authsim", "users", "add", name, "--data", "portal", "--password-file", "password", *number)
        serve = [PROGRAMS / "authsim", "serve", "--data", "portal", "--port", str(PORT)]
        with subprocess.Popen(serve, cwd=directory, stdout=subprocess.PIPE, text=True) as portal:
            try:
                if portal.stdout is None or "ready" not in portal.stdout.readline():
                    sys.exit(f"the portal did not start: is port {PORT} taken?")
                uri = stage.says("authsim", "users", "activation", "alice", "--data", "portal")
                stage.says("authkey", "activate", "-", "--pin-file", "pin", "--home", "phones/alice", text=uri)
                yield stage
            finally:
                portal.terminate()


def save(shot: bytes, name: str) -> None:
    """Keep a picture small: screens have few colours."""
    PICTURES.mkdir(exist_ok=True)
    path = PICTURES / name
    path.write_bytes(shot)
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(colors=128).save(path, optimize=True)
    print(f"docs/pictures/{name}  {path.stat().st_size // 1024} kB")


def shoot(target: Page | Locator) -> bytes:
    """Return a picture; on a busy machine Chromium now and then has no frame to give, and is asked again."""
    for _ in range(TRIES):
        try:
            return target.screenshot()
        except Error as error:
            print(f"once more: {error.message.partition(chr(10))[0]}")
    return target.screenshot()


def terminal(browser: Browser, *, theme: str, name: str, title: str, command: str, output: str) -> None:
    """Draw what a terminal showed."""
    text = f"<b>$</b> {html.escape(command)}\n{html.escape(output)}"
    page = browser.new_page(viewport=DESK)
    page.set_content(
        TERMINAL.format(theme=theme, tokens=TOKENS[0] if TOKENS else "", title=html.escape(title), text=text)
    )
    save(shoot(page.locator("figure")), name)
    page.close()


def sign_in(page: Page, stage: Stage, name: str) -> None:
    """Fill the login form."""
    page.goto(f"{stage.address}/")
    page.fill("#xyz-field-username", name)
    page.fill("#xyz-field-password", PASSWORD)
    with page.expect_navigation():
        page.click(".xyz-button-login")


def picture_pages(browser: Browser, stage: Stage, theme: str) -> None:
    """Sign in as bob, who has no phone, and as alice, who has one; picture both ends on the way."""
    for name, size, language in (("login", DESK, "en"), ("login-phone", POCKET, "en"), ("login-ja", DESK, "ja")):
        page = browser.new_page(viewport=size, color_scheme=theme, locale=language)
        page.goto(f"{stage.address}/")
        save(shoot(page), f"{name}-{theme}.png")
        page.close()

    page = browser.new_page(viewport=TALL, color_scheme=theme, locale="en")
    sign_in(page, stage, "bob")
    screen = shoot(page)
    (stage.directory / "screenshot.png").write_bytes(screen)
    save(screen, f"activation-{theme}.png")
    activate = "authkey activate screenshot.png"
    shown = stage.typed(activate, phone=f"phones/bob-{theme}")
    terminal(
        browser,
        theme=theme,
        name=f"activate-{theme}.png",
        title="second terminal: the phone",
        command=activate,
        output=shown,
    )
    page.close()

    page = browser.new_page(viewport=TALL, color_scheme=theme, locale="en")
    sign_in(page, stage, "alice")
    save(shoot(page), f"notification-{theme}.png")
    page.click("a.xyz-showqr")
    page.locator(".qr-plate").wait_for()
    save(shoot(page), f"login-qr-{theme}.png")
    page.click("a.xyz-showchallenge")
    challenge = page.locator(".xyz-goldchallenge").inner_text().strip()
    respond = f"authkey respond {challenge}"
    shown = stage.typed(respond, phone="phones/alice")
    terminal(
        browser,
        theme=theme,
        name=f"respond-{theme}.png",
        title="second terminal: the phone",
        command=respond,
        output=shown,
    )
    page.fill("#xyz-field-gold-response", re.findall(r"\b[0-9]{8}\b", shown)[-1])
    save(shoot(page), f"challenge-{theme}.png")
    page.press("#xyz-field-gold-response", "Enter")
    page.wait_for_url("**/sso/Dispatcher*")
    save(shoot(page), f"home-{theme}.png")
    page.close()
    picture_devices(browser, stage, theme)
    stage.says("authsim", "users", "revoke", "bob", "--data", "portal")


def picture_devices(browser: Browser, stage: Stage, theme: str) -> None:
    """Picture the trading device in both languages, the inbox with a text, and the store that a QR code leads to."""
    for name, size, language, platform in (
        ("trading", TALL, "en", "ios"),
        ("trading-ja", POCKET, "ja", "android"),
    ):
        page = browser.new_page(viewport=size, color_scheme=theme, locale=language)
        page.goto(f"{stage.address}/mobile/{platform}")
        page.fill("#trading-username", "alice")
        page.fill("#trading-password", PASSWORD)
        page.click(".phone .btn-primary")
        page.locator(".phone .setting").first.click()
        page.locator(".trading-challenge").wait_for()
        save(shoot(page), f"{name}-{theme}.png")
        page.close()

    page = browser.new_page(viewport=TALL, color_scheme=theme, locale="en")
    page.goto(f"{stage.address}/inbox/{NUMBER}")
    if not page.locator(".bubble").count():  # the portal texts the same user once in a while only
        stage.asks_for_a_code("alice", phone=f"phones/new-{theme}")
    page.locator(".bubble").last.wait_for()
    save(shoot(page), f"inbox-{theme}.png")
    page.goto(f"{stage.address}/app/store/ios")
    save(shoot(page), f"store-{theme}.png")
    page.close()


def main() -> None:
    """Make them all."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    shown = demo()
    with staged() as stage, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        for theme in THEMES:
            terminal(
                browser, theme=theme, name=f"demo-{theme}.png", title="terminal", command="authsim demo", output=shown
            )
            picture_pages(browser, stage, theme)
        browser.close()
    for stale in set(PICTURES.glob("*.png")) - {PICTURES / name for name in NAMES}:
        stale.unlink()


if __name__ == "__main__":
    main()
