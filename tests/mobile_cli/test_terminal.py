"""What a person sees and types at a terminal, in the order of each platform."""

import re

import pexpect
import pytest

from authsim.authenticator.device import Platform
from authsim.authenticator.respond import respond
from authsim.protocol.codes import Purpose
from authsim.protocol.keys import fingerprint
from authsim.protocol.suite import STRICT10
from tests.support.authkey import Authkey
from tests.support.phones import make_account, make_phone
from tests.support.tiny_portal import TinyPortal

ALICE, BOB = make_account(), make_account("bob", user="23")
EXPECTED = respond(ALICE, "123456").text
BANNER = "SIMULATION · not a real financial service · never enter real credentials"


def plain(seen: object) -> str:
    """Return what stands on the screen, without colours and carriage returns."""
    return re.sub(r"\x1b\[[0-9;]*m", "", str(seen)).replace("\r", "")


def rest_of(child: "pexpect.spawn[str]", status: int = 0) -> str:
    """Return what comes until the command ends, with that status."""
    seen = plain(child.read())
    child.wait()
    assert child.exitstatus == status, seen
    return seen


def test_ios_asks_the_passcode_after_the_challenge(authkey: Authkey) -> None:
    """Challenge code, Generate Response, Passcode without echo, then the Response String alone on its line."""
    authkey.holds(make_phone(ALICE))
    with authkey.at_terminal("respond") as child:
        child.expect_exact("Challenge code: ")
        assert plain(child.before) == f"{BANNER}\n"
        child.sendline("123 456")
        child.expect_exact("Generate Response")
        child.expect_exact("Passcode: ")
        child.sendline("4938")
        seen = rest_of(child)

    assert seen == f"\nResponse String\n\n  {EXPECTED}\n\n"


def test_android_asks_the_pin_first(authkey: Authkey) -> None:
    """PIN without echo and challenge code together, Generate Response, then the Response String."""
    authkey.holds(make_phone(ALICE, platform=Platform.ANDROID))
    with authkey.at_terminal("respond") as child:
        child.expect_exact("PIN: ")
        child.sendline("4938")
        child.expect_exact("Challenge code: ")
        assert "4938" not in plain(child.before)
        child.sendline("123456")
        child.expect_exact("Generate Response")
        seen = rest_of(child)

    assert seen == f"\nResponse String\n\n  {EXPECTED}\n\n"


@pytest.mark.parametrize(
    ("platform", "element", "button"),
    [(Platform.IOS, "パスコード", "パスコード作成"), (Platform.ANDROID, "PIN", "レスポンスを作成")],
)
def test_in_japanese_the_labels_are_the_articles(
    authkey: Authkey, platform: Platform, element: str, button: str
) -> None:
    """Each platform has its own name for the button."""
    authkey.holds(make_phone(ALICE, platform=platform))
    with authkey.at_terminal("respond", "123456", LANG="ja_JP.UTF-8") as child:
        child.expect_exact(f"{element}: ")
        before = plain(child.before)
        child.sendline("4938")
        seen = before + rest_of(child)

    assert button in seen
    assert f"レスポンスストリング\n\n  {EXPECTED}\n" in seen


def test_a_captured_response_is_bare(authkey: Authkey) -> None:
    """At a terminal, with standard output in a pipe, the PIN is still asked and the response is alone."""
    authkey.holds(make_phone(ALICE))
    beside = authkey.folder / "err"
    script = f'code=$("$@" 2>"{beside}"); echo "[$code]"; cat "{beside}"'
    authkey.command = ["/bin/sh", "-c", script, "sh", *authkey.command]
    with authkey.at_terminal("respond", "123456") as child:
        child.expect_exact("Passcode: ")
        child.sendline("4938")
        seen = rest_of(child)

    assert seen == f"\n[{EXPECTED}]\n"


def test_json_at_a_terminal_is_only_json(authkey: Authkey) -> None:
    """No banner, no label, no colour."""
    authkey.holds(make_phone(ALICE))
    with authkey.at_terminal("respond", "123456", "--json", "--pin-file", str(authkey.pin)) as child:
        seen = str(child.read())

    assert seen.startswith("{")
    assert seen.endswith("}\r\n")


def test_a_person_chooses_among_users(authkey: Authkey) -> None:
    """Names are numbered; an answer that is no number of the list is asked again."""
    authkey.holds(make_phone(ALICE, BOB))
    with authkey.at_terminal("respond", "123456") as child:
        child.expect_exact("User (1-2): ")
        assert plain(child.before).endswith("Authenticate\n  1  alice@127.0.0.1:8765\n  2  bob@127.0.0.1:8765\n")
        for wrong in ("3", "0", "bob", "", "٢", "9" * 5000):
            child.sendline(wrong[:900])
            child.expect_exact("User (1-2): ")
        child.sendline("2")
        child.expect_exact("Passcode: ")
        child.sendline("4938")
        seen = rest_of(child)

    assert respond(BOB, "123456").text in seen


def test_a_wrong_pin_says_how_many_tries_are_left(authkey: Authkey) -> None:
    """One sentence, no echo, 77."""
    authkey.holds(make_phone(ALICE))
    with authkey.at_terminal("respond", "123456") as child:
        child.expect_exact("Passcode: ")
        child.sendline("1111")
        seen = rest_of(child, 77)

    assert seen == "\nauthkey: Wrong Passcode. 7 tries left.\n"


def test_a_mistyped_challenge_is_noticed_before_the_passcode(authkey: Authkey) -> None:
    """The person is not asked for it in vain."""
    authkey.holds(make_phone(ALICE))
    with authkey.at_terminal("respond") as child:
        child.expect_exact("Challenge code: ")
        child.sendline("12345")
        seen = rest_of(child, 65)

    assert "authkey: This is not a challenge code: it has 6 digits" in seen


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 77), ("", 77)])
def test_more_than_a_login_is_confirmed(authkey: Authkey, answer: str, status: int) -> None:
    """The effect is named, and no is the answer unless it is yes."""
    authkey.holds(make_phone(ALICE))
    with authkey.at_terminal("respond", "123456", "--purpose", "3", "--pin-file", str(authkey.pin)) as child:
        child.expect_exact("This response is to switch off secure login. Go on? [y/N]: ")
        child.sendline(answer)
        seen = rest_of(child, status)

    assert (respond(ALICE, "123456", purpose=Purpose.SECURE_LOGIN).text in seen) is (status == 0)


def test_a_strict_challenge_shows_its_purpose(authkey: Authkey) -> None:
    """What one sees is what one signs."""
    authkey.holds(make_phone(make_account(suite=STRICT10)))
    with authkey.at_terminal("respond", "3314159260", "--pin-file", str(authkey.pin)) as child:
        child.expect_exact("Purpose: switch off secure login")
        child.expect_exact("[y/N]: ")
        child.sendline("y")
        assert "Response String" in rest_of(child)


def test_scanning_shows_the_portal_and_asks_the_passcode(authkey: Authkey, portal: TinyPortal) -> None:
    """Whose code it is stands there before the security element is given; then the confirmation and Done."""
    authkey.holds(make_phone())
    with authkey.at_terminal("activate", portal.uri()) as child:
        child.expect_exact("Passcode: ")
        before = plain(child.before)
        child.sendline("4938")
        seen = rest_of(child)

    assert f"Portal       {portal.origin}\nFingerprint  {fingerprint(portal.psk)}\n" in before
    assert seen == "\nIB Key is active for alice.\nDone\n"


def test_an_empty_home_asks_for_a_new_passcode(authkey: Authkey, portal: TinyPortal) -> None:
    """It becomes the Passcode of a new iOS phone, typed twice."""
    with authkey.at_terminal("activate", portal.uri()) as child:
        child.expect_exact("New Passcode: ")
        child.sendline("4938")
        child.expect_exact("Repeat the Passcode: ")
        child.sendline("4938")
        seen = rest_of(child)

    assert "made an iOS phone" in seen
    assert seen.endswith("IB Key is active for alice.\nDone\n")


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 77)])
def test_a_typed_session_id_is_confirmed_by_fingerprint(
    authkey: Authkey, portal: TinyPortal, answer: str, status: int
) -> None:
    """The key came over the network, so a person compares it; without a yes nothing is sent."""
    authkey.holds(make_phone())
    arguments = ("activate", portal.session_id(), "--portal", portal.origin, "--pin-file", str(authkey.pin))
    with authkey.at_terminal(*arguments) as child:
        child.expect_exact("Is it the same? [y/N]: ")
        assert fingerprint(portal.psk) in plain(child.before)
        child.sendline(answer)
        seen = rest_of(child, status)

    assert (len(portal.requests) == 1) is (status == 0)
    assert ("Stopped: nothing was sent." in seen) is (status != 0)


def test_the_banner_comes_once(authkey: Authkey, portal: TinyPortal) -> None:
    """Whatever a command shows, the simulator says once that it is one."""
    for arguments in (["--help"], ["status"], ["dance"], ["activate", portal.uri(), "--pin-file", str(authkey.pin)]):
        with authkey.at_terminal(*arguments) as child:
            assert plain(child.read()).count(BANNER) == 1
