"""`authkey change-pin`: the phone's own Passcode on iOS; on Android the portal says whether it is the user."""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from authsim.authenticator.device import Platform
from authsim.authenticator.pin import PinPolicy
from authsim.authenticator.respond import respond
from tests.support.authkey import Authkey
from tests.support.phones import make_account, make_phone
from tests.support.portal import LivePortal, password_of, served_portal

ANDROID_CHANGED = "The PIN is changed.\nDone\n"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A real portal; each test brings a user of its own."""
    with served_portal(tmp_path_factory.mktemp("portal")) as portal:
        yield portal


@pytest.fixture
def android(authkey: Authkey, live: LivePortal, request: pytest.FixtureRequest) -> Authkey:
    """An Android phone that is active for a user named after the test."""
    name = user_of(request)
    live.adds(name)
    authkey.with_pin("init", "--platform", "android", check=0)
    authkey.activates(live.activation_uri(name))
    (authkey.folder / "password").write_text(password_of(name) + "\n")
    (authkey.folder / "new").write_text("2468\n")
    return authkey


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """Who is on the phone."""
    return user_of(request)


def user_of(request: pytest.FixtureRequest) -> str:
    """Return a user name that no other test has."""
    return f"u{zlib.crc32(request.node.name.encode())}"


def change(authkey: Authkey, *arguments: str, check: int = 0) -> str:
    """Change it as a script does; return everything that was said."""
    options = ("--password-file", str(authkey.folder / "password"), "--new-pin-file", str(authkey.folder / "new"))
    done = authkey.with_pin("change-pin", *arguments, *options, check=check)
    return done.stdout + done.stderr


def opens_with(authkey: Authkey, pin: str) -> bool:
    """Say whether this PIN opens the phone."""
    return authkey("respond", "123456", "--pin-stdin", stdin=pin).returncode == 0


def test_ios_changes_its_passcode_by_itself(authkey: Authkey) -> None:
    """No portal is asked: it is the phone's, not the app's."""
    authkey.holds(make_phone(make_account()))
    (authkey.folder / "new").write_text("2468\n")

    done = authkey.with_pin("change-pin", "--new-pin-file", str(authkey.folder / "new"), check=0)

    assert done.stdout == "The Passcode is changed.\nDone\n"
    assert not opens_with(authkey, "4938")
    authkey.pin.write_text("2468")
    assert authkey.responds("123456") == respond(make_account(), "123456").text


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_person_types_the_new_one_twice(authkey: Authkey, language: str) -> None:
    """After the current one."""
    current, new, repeat = {
        "en": ("Current Passcode: ", "New Passcode: ", "Repeat the Passcode: "),
        "ja": ("現在のパスコード: ", "新しいパスコード: ", "パスコードの再入力: "),
    }[language]
    authkey.holds(make_phone(make_account()))
    with authkey.at_terminal("change-pin", "--lang", language) as child:
        child.expect_exact(current)
        child.sendline("4938")
        child.expect_exact(new)
        child.sendline("2468")
        child.expect_exact(repeat)
        child.sendline("2468")
        child.read()
        child.wait()

    assert child.exitstatus == 0
    assert opens_with(authkey, "2468")


def test_two_entries_that_differ_change_nothing(authkey: Authkey) -> None:
    """And neither does one that is no Passcode."""
    authkey.holds(make_phone(make_account()))
    with authkey.at_terminal("change-pin", "--pin-file", str(authkey.pin)) as child:
        child.expect_exact("New Passcode: ")
        child.sendline("2468")
        child.expect_exact("Repeat the Passcode: ")
        child.sendline("2469")
        child.expect_exact("The two entries differ.")
        child.expect_exact("New Passcode: ")
        child.sendintr()
        child.read()
    (authkey.folder / "new").write_text("12\n")

    authkey.with_pin("change-pin", "--new-pin-file", str(authkey.folder / "new"), check=64)
    assert "Use --new-pin-file FILE." in authkey.with_pin("change-pin", check=64).stderr
    assert opens_with(authkey, "4938")


def test_the_rules_may_become_stricter(authkey: Authkey) -> None:
    """From then on the new ones hold."""
    authkey.holds(make_phone(make_account()))
    (authkey.folder / "new").write_text("2468\n")
    new = ("--new-pin-file", str(authkey.folder / "new"), "--pin-policy", "hardened")
    authkey.with_pin("change-pin", *new, check=64)
    (authkey.folder / "new").write_text("q8!w2x\n")

    told = json.loads(authkey.with_pin("change-pin", *new, "--json", check=0).stdout)

    assert told == {"changed": True, "pin_policy": PinPolicy.HARDENED.value}
    assert authkey.json("status")["pin_policy"] == "hardened"
    assert opens_with(authkey, "q8!w2x")


def test_android_changes_it_after_the_portal_said_who_it_is(android: Authkey) -> None:
    """The only user of the phone need not be named."""
    before = android.responds("123456", "--user", android.json("status")["users"][0])

    assert change(android).endswith(ANDROID_CHANGED)
    android.pin.write_text("2468")
    assert android.responds("123456") == before


def test_a_wrong_password_changes_nothing(android: Authkey, live: LivePortal, name: str) -> None:
    """It counts at the portal as any other."""
    (android.folder / "password").write_text("wrong-password\n")

    assert "Invalid username password combination." in change(android, name, check=77)
    assert opens_with(android, "4938")
    assert live.shows(name)["failures"] == 1


def test_the_portal_asks_whoever_guesses_to_wait(android: Authkey, name: str) -> None:
    """From the fifth failure on."""
    (android.folder / "password").write_text("wrong-password\n")
    for _ in range(5):
        change(android, name, check=77)

    assert "The portal asks to wait." in change(android, name, check=77)


def test_a_user_of_no_account_here_is_refused(android: Authkey) -> None:
    """Before anything is sent."""
    assert "carol is not on this phone." in change(android, "carol", check=77)


def test_android_asks_in_the_articles_order(android: Authkey, name: str) -> None:
    """Username, password, the PIN of now, the new one twice, Submit, Done; and what to do with a forgotten one."""
    with android.at_terminal("change-pin") as child:
        for label in ("Change PIN", "Forgotten the PIN? authkey app clear-data", f"Username: {name}", "Password: "):
            child.expect_exact(label)
        child.sendline(password_of(name))
        child.expect_exact("Current PIN: ")
        child.sendline("4938")
        child.expect_exact("New PIN: ")
        child.sendline("2468")
        child.expect_exact("Repeat the PIN: ")
        child.sendline("2468")
        for label in ("Submit", "The PIN is changed.", "Done"):
            child.expect_exact(label)
        child.read()

    assert opens_with(android, "2468")


def test_a_replaced_phone_is_told_so(android: Authkey, live: LivePortal, name: str, tmp_path: Path) -> None:
    """By the portal's signature: this phone is no user's any more."""
    live.operator("users", "revoke", name)

    assert "This phone was taken out of use for this user." in change(android, check=77)
    assert opens_with(android, "4938")


def test_android_needs_a_connection(android: Authkey) -> None:
    """Without one the portal cannot be asked."""
    android("settings", "airplane", "on", check=0)

    assert "no connection" in change(android, check=77).lower()


def test_an_android_phone_of_nobody_changes_it_by_itself(authkey: Authkey) -> None:
    """There is nobody whom a portal could know."""
    authkey.holds(make_phone(platform=Platform.ANDROID))
    (authkey.folder / "new").write_text("2468\n")

    authkey.with_pin("change-pin", "--new-pin-file", str(authkey.folder / "new"), check=0)
    assert authkey("respond", "123456", "--pin-stdin", stdin="4938").returncode == 77
