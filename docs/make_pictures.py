"""Make every picture of README and docs from the running product: `.venv/bin/python docs/make_pictures.py`.

A portal with a fixed cast is made, served and signed in to; what a browser and a terminal show is what is kept. Needs
Chromium, and the fonts named in `.ci/run`. A test compares the list below with the documents and with the files.
"""

import html
import json
import os
import re
import shutil
from pathlib import Path
from typing import Literal

import pyotp
from picture_stage import NUMBER, PASSWORD, Stage, demo, staged
from PIL import Image
from playwright.sync_api import Browser, Error, Locator, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
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
    "choice",
    "devices",
    "opt-out-ja",
)
NAMES = tuple(f"{subject}-{theme}.png" for subject in SUBJECTS for theme in THEMES)

DESK = ViewportSize(width=1280, height=860)
TALL = ViewportSize(width=1280, height=960)
POCKET = ViewportSize(width=390, height=844)
TRIES = 5

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


def terminal(browser: Browser, *, theme: Theme, name: str, title: str, command: str, output: str) -> None:
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


def picture_pages(browser: Browser, stage: Stage, theme: Theme) -> None:
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


def picture_devices(browser: Browser, stage: Stage, theme: Theme) -> None:
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


def picture_choice(browser: Browser, stage: Stage, theme: Theme) -> None:
    """Picture the list of devices at a login, the page that holds them, and the screen of the article on opting out."""
    name = "carol" if theme == "light" else "dora"  # a code of an app counts once: each theme has a user of its own
    wanted = [{"name": name, "password": PASSWORD, "authenticator": True, "opted_out": True}]
    (made,) = json.loads(stage.says("authsim", "users", "load", "-", "--data", "portal", text=json.dumps(wanted)))
    uri = stage.says("authsim", "users", "activation", name, "--data", "portal")
    stage.says("authkey", "activate", "-", "--pin-file", "pin", "--home", f"phones/{name}", text=uri)
    page = browser.new_page(viewport=TALL, color_scheme=theme, locale="en")
    sign_in(page, stage, name)
    save(shoot(page), f"choice-{theme}.png")
    with page.expect_navigation():
        page.select_option(".xyz-multipleselect", label="Mobile Authenticator App")
    page.fill("#xyz-field-silver-response", pyotp.TOTP(pyotp.parse_uri(made["authenticator"]).secret).now())
    page.press("#xyz-field-silver-response", "Enter")
    page.wait_for_url("**/sso/Dispatcher*")
    page.goto(f"{stage.address}/portal/settings/secure-login-system")
    save(shoot(page), f"devices-{theme}.png")
    page.goto(f"{stage.address}/look/language/ja?next=secure-login")
    save(shoot(page), f"opt-out-ja-{theme}.png")
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
            picture_choice(browser, stage, theme)
        browser.close()
    for stale in set(PICTURES.glob("*.png")) - {PICTURES / name for name in NAMES}:
        stale.unlink()


if __name__ == "__main__":
    main()
