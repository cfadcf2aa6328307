"""The main story, with nothing replaced: a portal process, Chromium, and `authkey` in a terminal.

A person who has never activated signs in, lets the phone read the screen, answers the challenge, signs out and comes
again; in English and in Japanese, with script and without, on an iPhone and on an Android phone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from authsim.adapters.system import SystemEntropy
from authsim.protocol.activation_uri import ActivationUri, format_activation_uri, parse_session_id
from authsim.protocol.messages import format_activate_request, parse_instance
from tests.support.browser_chromium import POCKET, Screen
from tests.support.device import TestPhone
from tests.support.phone import Phone
from tests.support.portal import LivePortal, password_of
from tests.support.wire import get_json, post_json

#: The labels of the articles, as the phone shows them: the security element, and what a response is called.
ELEMENT = {
    ("ios", "en"): "Passcode",
    ("ios", "ja"): "パスコード",
    ("android", "en"): "PIN",
    ("android", "ja"): "PIN",
}
BUTTON = {
    ("ios", "en"): "Generate Response",
    ("android", "en"): "Generate Response",
    ("ios", "ja"): "パスコード作成",
    ("android", "ja"): "レスポンスを作成",
}
CHALLENGE = {"en": "Challenge code", "ja": "チャレンジコード"}
RESPONSE = {"en": "Response String", "ja": "レスポンスストリング"}
ACTIVE = {"en": "IB Key is active for {}.", "ja": "{} の IB Key が有効になりました。"}
BURNT = {"en": "An error has occurred. Please try again.", "ja": "エラーが発生しました。もう一度お試しください。"}
REFUSED = 77
LATER = {"ios": "android", "android": "ios"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Who makes the journey, with what."""

    name: str
    language: str
    platform: str
    script: bool


SETTINGS = [
    Setting(name="alice", language="en", platform="ios", script=True),
    Setting(name="akira", language="ja", platform="android", script=True),
    Setting(name="annie", language="en", platform="android", script=False),
    Setting(name="akiko", language="ja", platform="ios", script=False),
]


def scan(phone: Phone, picture: Path, name: str) -> None:
    """Let the phone read a picture, at a terminal, with the security element typed."""
    with phone.in_terminal("activate", str(picture)) as terminal:
        terminal.sees(f"{ELEMENT[phone.platform, phone.language]}: ")
        terminal.types(phone.pin)
        terminal.sees(ACTIVE[phone.language].format(name))
        assert terminal.ends() == 0
        assert phone.pin not in terminal.screen


def respond(phone: Phone, challenge: str) -> str:
    """Type challenge and security element in the order of the platform; return what the phone shows."""
    element = f"{ELEMENT[phone.platform, phone.language]}: "
    questions = [(f"{CHALLENGE[phone.language]}: ", challenge), (element, phone.pin)]
    with phone.in_terminal("respond") as terminal:
        for question, answer in questions if phone.platform == "ios" else reversed(questions):
            terminal.sees(question)
            terminal.types(answer)
        terminal.sees(RESPONSE[phone.language])
        assert terminal.ends() == 0
        assert BUTTON[phone.platform, phone.language] in terminal.screen
        assert phone.pin not in terminal.screen
        return terminal.screen.split()[-1]


def signs_in(screen: Screen, name: str) -> None:
    """Open the start page and pass the first factor."""
    screen.opens()
    screen.types_password(name, password_of(name))


def burn(portal: LivePortal, session_id: str) -> None:
    """Use a code up with a request that its code did not authenticate."""
    code = parse_session_id(session_id)
    _, body = get_json(f"{portal.address}/api/device/v1/instance")
    info = parse_instance(body.encode())
    uri = ActivationUri(
        instance_id=info.instance_id, origin=info.origin, psk=info.psk, code=code, expires_s=0, suite=info.suite
    )
    request = TestPhone(entropy=SystemEntropy()).scan(format_activation_uri(uri)).request
    status, _ = post_json(
        f"{portal.address}/api/device/v1/activate", format_activate_request(replace(request, mac=bytes(32)))
    )
    assert status == 401


@pytest.mark.parametrize("setting", SETTINGS, ids=[f"{one.language}-{one.platform}-{one.script}" for one in SETTINGS])
def test_a_person_activates_by_qr_and_logs_in(
    portal: LivePortal,
    window: Callable[..., Screen],
    sells: Callable[..., Phone],
    tmp_path: Path,
    setting: Setting,
) -> None:
    """From the first sight of the QR code to the second login, and nobody else's phone opens the door."""
    name = setting.name
    portal.adds(name)
    phone = sells("phone", platform=setting.platform, language=setting.language).is_made()
    screen = window(language=setting.language, script=setting.script)

    # The first login leads to the code; the phone reads it off the screen.
    signs_in(screen, name)
    assert screen.path == "/portal/activation"
    scan(phone, screen.shot(tmp_path / "shot.png"), name)

    # The page goes on by itself; without script it needs a reload, or some seconds.
    if not setting.script:
        screen.page.reload()
    screen.page.get_by_text(screen.label("is active", name=name)).wait_for()

    # The same session takes the second factor.
    screen.steps_up()
    screen.page.get_by_role("heading", name=screen.label("challenge")).wait_for()
    screen.types_response(respond(phone, screen.challenge))
    screen.sees_success(name)
    screen.signs_out()

    # From now on the challenge comes at once, and only this phone answers it.
    other = f"other-{name}"
    uri = portal.adds(other, activation=True)[other]["activation"]
    stranger = sells("stranger", platform=LATER[setting.platform]).is_made()
    stranger.activates(uri)
    signs_in(screen, name)
    assert screen.path == "/sso/SecondFactor"
    screen.types_response(stranger.responds(screen.challenge))
    assert (screen.path, screen.error) == ("/sso/Login", screen.label("failed"))
    screen.types_password(name, password_of(name))
    screen.types_response(respond(phone, screen.challenge))
    screen.sees_success(name)


@pytest.mark.parametrize(
    ("size", "theme", "scale"),
    [("desk", "light", 1), ("desk", "dark", 2), ("pocket", "light", 2), ("pocket", "dark", 1)],  # each two meet once
)
def test_the_phone_reads_any_screen(
    portal: LivePortal,
    window: Callable[..., Screen],
    sells: Callable[..., Phone],
    tmp_path: Path,
    scale: int,
    theme: str,
    size: str,
) -> None:
    """A picture of the page is enough, light or dark, ordinary or fine screen, broad or as narrow as a telephone."""
    name = f"{size}-{theme}-{scale}"
    portal.adds(name)
    narrow: dict[str, object] = {"viewport": POCKET} if size == "pocket" else {}
    screen = window(device_scale_factor=scale, color_scheme=theme, **narrow)
    signs_in(screen, name)
    picture = screen.shot(tmp_path / "shot.png", whole=size == "pocket")
    phone = sells("phone")

    with phone.in_terminal("activate", str(picture)) as terminal:
        for question in ("New Passcode: ", "Repeat the Passcode: "):
            terminal.sees(question)
            terminal.types(phone.pin)
        terminal.sees(f"IB Key is active for {name}.")
        assert terminal.ends() == 0

    known = portal.rows("SELECT state FROM devices JOIN users USING (user_id) WHERE name = ?", name)
    assert [row["state"] for row in known] == ["active"]


def test_the_page_goes_on_without_script_by_itself(
    portal: LivePortal, window: Callable[..., Screen], sells: Callable[..., Phone]
) -> None:
    """Without script nobody has to reload: the page looks again by itself, and then offers the second factor."""
    portal.adds("patience")
    screen = window(script=False)
    signs_in(screen, "patience")
    shown = screen.page.locator(".xyz-sessionid").inner_text()
    phone = sells("phone")

    phone.does("activate", shown, "--portal", portal.address, "--pin-file", str(phone.pin_file))

    screen.page.get_by_text(screen.label("is active", name="patience")).wait_for()
    screen.button("sign in").wait_for()
    assert screen.page.locator(".xyz-sessionid").count() == 0


def test_activation_by_session_id_in_a_terminal(
    portal: LivePortal, window: Callable[..., Screen], sells: Callable[..., Phone]
) -> None:
    """Who cannot scan types the Session ID; phone and page show the same key of the portal, and the person says so."""
    portal.adds("typist")
    screen = window()
    signs_in(screen, "typist")
    shown = screen.page.locator(".xyz-sessionid").inner_text()
    fingerprint = screen.page.locator(".fingerprint").inner_text()
    phone = sells("phone", platform="android").is_made()

    with phone.in_terminal("activate", shown, "--portal", portal.address) as terminal:
        terminal.sees(fingerprint)
        terminal.sees("[y/N]")
        terminal.types("y")
        terminal.sees("PIN: ")
        terminal.types(phone.pin)
        terminal.sees("IB Key is active for typist.")
        assert terminal.ends() == 0

    screen.page.get_by_text(screen.label("is active", name="typist")).wait_for()
    screen.steps_up()
    screen.types_response(respond(phone, screen.challenge))
    screen.sees_success("typist")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_this_was_not_me(
    portal: LivePortal, window: Callable[..., Screen], sells: Callable[..., Phone], tmp_path: Path, script: bool
) -> None:
    """A phone that somebody else activated is out of use at the press of a button, and a fresh code comes."""
    name = "victim" if script else "victoria"
    portal.adds(name)
    screen = window(script=script)
    signs_in(screen, name)
    first = screen.page.locator(".xyz-sessionid").inner_text()
    thief, phone = sells("thief"), sells("phone")
    thief.does("activate", str(screen.shot(tmp_path / "stolen.png")), "--pin-file", str(thief.pin_file))

    if not script:
        screen.page.reload()
    screen.button("not me").click()
    fresh = screen.page.locator(".xyz-sessionid").inner_text()
    assert fresh != first
    phone.does("activate", str(screen.shot(tmp_path / "fresh.png")), "--pin-file", str(phone.pin_file))
    if not script:
        screen.page.reload()
    screen.steps_up()
    screen.types_response(thief.responds(screen.challenge))
    assert screen.error == screen.label("failed")
    screen.steps_up()
    screen.types_response(phone.responds(screen.challenge))
    screen.sees_success(name)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_burnt_code_says_what_to_do(
    portal: LivePortal, window: Callable[..., Screen], sells: Callable[..., Phone], tmp_path: Path, language: str
) -> None:
    """After an attempt that failed, phone and page say the article's words; logging out and in brings a fresh code."""
    name = f"burnt-{language}"
    portal.adds(name)
    screen = window(language=language)
    signs_in(screen, name)
    picture = screen.shot(tmp_path / "shot.png")
    burn(portal, screen.page.locator(".xyz-sessionid").inner_text())
    phone = sells("phone", language=language)

    refused = phone.runs("activate", str(picture), "--pin-file", str(phone.pin_file))
    screen.page.locator(".xyz-errormessage").wait_for()

    assert refused.returncode == REFUSED
    assert BURNT[language] in refused.stderr
    assert screen.error == BURNT[language]
    screen.button("fresh").click()
    screen.types_password(name, password_of(name))
    again = screen.shot(tmp_path / "again.png")
    phone.does("activate", str(again), "--pin-file", str(phone.pin_file))
    screen.page.get_by_text(screen.label("is active", name=name)).wait_for()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_switch_is_corrected(
    portal: LivePortal, window: Callable[..., Screen], sells: Callable[..., Phone], language: str, script: bool
) -> None:
    """A paper user who forgot the switch presses it and logs in, without typing the password again."""
    name = f"paper-{language}-{script}".lower()
    uri = portal.adds(name, paper=True, activation=True)[name]["activation"]
    phone = sells("phone")
    phone.activates(uri)
    screen = window(language=language, script=script)
    signs_in(screen, name)
    assert screen.path == "/sso/Login"
    assert screen.error
    assert screen.page.get_by_label(screen.label("password"), exact=True).input_value() == ""
    assert screen.page.get_by_label(screen.label("username"), exact=True).input_value() == name

    screen.page.locator("label[for=toggle1]").click()
    if script:
        screen.button("paper login").wait_for()
    screen.presses_login()

    assert screen.path == "/sso/SecondFactor"
    screen.types_response(phone.responds(screen.challenge))
    screen.sees_success(name)
