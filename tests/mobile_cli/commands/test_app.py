"""`authkey app`: from a phone without the app to one that answers, and what removing or updating does to it."""

import json

import pytest

from authsim.authenticator.device import Platform
from tests.support.authkey import Authkey
from tests.support.phones import make_account, make_phone
from tests.support.tiny_portal import TinyPortal

RECOVERY = "authkey: IB Key must be recovered on this phone first. Run authkey recover.\n"


def stage_of(authkey: Authkey) -> str:
    """Return how far the app is, as a script reads it."""
    return str(authkey.json("app", "show")["stage"])


def test_a_phone_without_the_app_is_led_to_the_store(authkey: Authkey, portal: TinyPortal) -> None:
    """The article's way: scan, store, install, do not open, scan again, Allow, security element, Done."""
    authkey.with_pin("init", "--platform", "ios", "--without-app", check=0)

    led = authkey.with_pin("activate", portal.uri(), check=77)
    installed = authkey("app", "install", check=0)
    done = authkey.activates(portal.uri())

    assert led.stderr.startswith("authkey: A banner asks to open the web site: IBKR Mobile is not on this phone")
    assert "Run authkey app install, do not open the app, and scan the same code again." in led.stderr
    assert installed.stdout == (
        "IBKR Mobile is installed. Do not open it: scan the same QR code again, authkey activate SOURCE.\n"
    )
    assert done.stdout == "Allow\nIB Key is active for alice.\nDone\n"
    assert len(portal.requests) == 1
    assert authkey.json("app", "show") == {"permission": "allowed", "stage": "opened"}


@pytest.mark.parametrize(("answer", "permission"), [("", "allowed"), ("y", "allowed"), ("n", "refused")])
def test_a_person_is_asked_whether_to_allow_notifications(
    authkey: Authkey, portal: TinyPortal, answer: str, permission: str
) -> None:
    """When the app is opened for the first time, before the security element."""
    authkey.with_pin("init", "--platform", "ios", "--without-app", check=0)
    authkey("app", "install", check=0)
    with authkey.at_terminal("activate", portal.uri()) as child:
        child.expect_exact("Open in IBKR Mobile")
        child.expect_exact("Allow? [Y/n]: ")
        child.sendline(answer)
        child.expect_exact("Passcode: ")
        child.sendline("4938")
        child.expect_exact("Done")
        child.read()

    assert authkey.json("app", "show")["permission"] == permission


def test_an_app_opened_too_early_says_what_to_do(authkey: Authkey, portal: TinyPortal) -> None:
    """It knows nobody yet; scanning again still works."""
    authkey.with_pin("init", "--platform", "android", "--without-app", check=0)
    authkey("app", "install", check=0)

    opened = authkey("app", "open", check=0)

    assert "IBKR Mobile knows nobody yet. Scan the QR code on the portal's page again" in opened.stdout
    assert authkey.activates(portal.uri()).stdout == "IB Key is active for alice.\nDone\n"


def test_an_app_that_is_not_there_cannot_be_opened(authkey: Authkey) -> None:
    """Nor removed."""
    authkey.with_pin("init", "--platform", "ios", "--without-app", check=0)

    for act in ("open", "remove"):
        assert "Run authkey app install" in authkey("app", act, "--yes", check=77).stderr
    assert "not installed" in authkey("app", "show", check=0).stdout


@pytest.mark.parametrize("platform", list(Platform))
@pytest.mark.parametrize("acts", [("remove", "install"), ("update-os",)])
def test_users_wait_for_their_recovery(authkey: Authkey, platform: Platform, acts: tuple[str, ...]) -> None:
    """After a reinstallation, and after an update of the system, every command that needs them says so."""
    authkey.holds(make_phone(make_account(), platform=platform))
    for act in acts:
        done = authkey("app", act, "--yes", check=0)

    assert done.stdout == "IBKR Mobile is there, and IB Key waits to be restored. Run authkey recover.\n"
    for arguments in (
        ["respond", "123456"],
        ["activate", "50M6H-A7955-MTKTH-ADANE-PAVBNF", "--portal", "http://127.0.0.1:9"],
        ["activate", "--resume"],
        ["trust", "http://127.0.0.1:9"],
    ):
        assert authkey.with_pin(*arguments, check=77).stderr == RECOVERY
    assert authkey("users", check=77).stderr == RECOVERY


def test_a_phone_with_nobody_on_it_has_nothing_to_recover(authkey: Authkey) -> None:
    """The app is simply installed again."""
    authkey.with_pin("init", "--platform", "ios", check=0)
    for act, stage in (("update-os", "opened"), ("remove", "absent"), ("install", "installed"), ("open", "opened")):
        authkey("app", act, "--yes", check=0)
        assert stage_of(authkey) == stage


def test_removing_asks(authkey: Authkey) -> None:
    """Where nobody can be asked, --yes says it; at a terminal no is the answer unless it is yes."""
    authkey.holds(make_phone(make_account()))

    authkey("app", "remove", check=64)
    with authkey.at_terminal("app", "remove") as child:
        child.expect_exact("Remove IBKR Mobile from this phone? [y/N]: ")
        child.sendline("")
        child.read()
        child.wait()

    assert child.exitstatus == 77
    assert stage_of(authkey) == "opened"


def test_only_android_clears_data(authkey: Authkey) -> None:
    """iOS has no such thing, and says what it has."""
    authkey.holds(make_phone(make_account()))

    assert "authkey forget --yes" in authkey("app", "clear-data", "--yes", check=77).stderr


def test_the_app_is_shown(authkey: Authkey) -> None:
    """To a person in both languages."""
    authkey.holds(make_phone(make_account()))

    assert authkey("app", "show", check=0).stdout == "IBKR Mobile    installed\nNotifications  allowed\n"
    assert "許可" in authkey("app", "show", "--lang", "ja", check=0).stdout


def test_a_new_phone_has_a_number(authkey: Authkey) -> None:
    """It is plain, kept in the settings; what is no number is wrong usage."""
    assert "plus sign" in authkey.with_pin("init", "--platform", "ios", "--number", "alice", check=64).stderr
    authkey.with_pin("init", "--platform", "ios", "--number", "+1 555 555-0101", check=0)

    assert json.loads((authkey.home / "settings.json").read_text())["number"] == "+15555550101"
    assert stage_of(authkey) == "opened"
