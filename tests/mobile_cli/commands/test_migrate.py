"""`authkey migrate`: the new phone's side, at a terminal and for scripts."""

import json

import pytest

from authsim.authenticator.device import Platform, Portal
from tests.support.authkey import Authkey
from tests.support.phones import make_account, make_phone
from tests.support.tiny_portal import TinyPortal

MOVED = (
    "IB Key is active for alice.\n"
    "The old phone of alice is replaced: its Authenticate no longer works for alice.\n"
    "Done\n"
)


def migrate(authkey: Authkey, portal: TinyPortal, *arguments: str, check: int = 0) -> str:
    """Move alice to this phone as a script does; return everything that was said."""
    (authkey.folder / "password").write_text("correct-horse-alice\n")
    options = ("--portal", portal.origin, "--password-file", str(authkey.folder / "password"), "--code-stdin", "--yes")
    done = authkey.with_pin("migrate", "alice", *options, *arguments, stdin="407182", check=check)
    return done.stdout + done.stderr


@pytest.mark.parametrize("platform", ["ios", "android"])
def test_a_new_phone_takes_over(authkey: Authkey, portal: TinyPortal, platform: str) -> None:
    """Made on the way, with the PIN that was chosen for it; the consequence is named."""
    said = migrate(authkey, portal, "--platform", platform)

    assert MOVED in said
    assert "This phone becomes the authentication device of alice." in said
    assert authkey.json("status")["platform"] == platform
    assert authkey.responds("123456") == portal.expects("123456")


def test_a_phone_that_is_there_takes_over(authkey: Authkey, portal: TinyPortal) -> None:
    """Beside the users that it has."""
    authkey.holds(make_phone(make_account("bob", origin="http://127.0.0.1:9", instance="12")))

    assert MOVED in migrate(authkey, portal)
    assert [user["name"] for user in authkey.json("users")["users"]] == ["bob", "alice"]


def test_android_creates_the_pin_with_the_code(authkey: Authkey, portal: TinyPortal) -> None:
    """Migrate IB Key, its consequence, Migrate IB Key again; then credentials, code and a new PIN typed twice."""
    with authkey.at_terminal("migrate", "--platform", "android", "--portal", portal.origin) as child:
        child.expect_exact("at /mobile under Migrate IB Key.")
        child.expect_exact("Is it the same? [y/N]: ")
        child.sendline("y")
        child.expect_exact("Migrate IB Key")
        child.expect_exact("The one of now loses IB Key at once.")
        child.expect_exact("Migrate IB Key to this phone? [y/N]: ")
        child.sendline("y")
        child.expect_exact("Username: ")
        child.sendline("alice")
        child.expect_exact("Password: ")
        child.sendline("correct-horse-alice")
        child.expect_exact("Get Activation Code")
        child.expect_exact("send a new one): ")
        child.sendline("407182")
        child.expect_exact("New PIN: ")
        child.sendline("2468")
        child.expect_exact("Repeat the PIN: ")
        child.sendline("2468")
        for label in ("Activate", "IB Key is active for alice.", "The old phone of alice is replaced", "Done"):
            child.expect_exact(label)
        child.read()

    authkey.pin.write_text("2468")
    assert authkey.responds("123456") == portal.expects("123456")


def test_ios_asks_the_passcode_last_in_japanese(authkey: Authkey, portal: TinyPortal) -> None:
    """With the labels of the language."""
    known = Portal(portal.instance_id, portal.origin, portal.psk)
    authkey.holds(make_phone(portals=(known,)))
    with authkey.at_terminal("migrate", "alice", LANG="ja_JP.UTF-8") as child:
        child.expect_exact("IB Keyの移行")
        child.expect_exact("IB Keyをこの端末に移行しますか。 [y/N]: ")
        child.sendline("y")
        child.expect_exact("パスワード: ")
        child.sendline("correct-horse-alice")
        child.expect_exact("(r: 再送信): ")
        child.sendline("407182")
        child.expect_exact("アクティベート")
        child.expect_exact("パスコード: ")
        child.sendline("4938")
        child.expect_exact("以前の端末は置き換えられ")
        child.expect_exact("完了")
        child.read()


def test_nothing_moves_without_a_yes(authkey: Authkey, portal: TinyPortal) -> None:
    """The old phone would lose its key: where nobody can be asked, --yes says it."""
    authkey.holds(make_phone(portals=(Portal(portal.instance_id, portal.origin, portal.psk),)))
    authkey.with_pin("migrate", "alice", "--code-stdin", check=64)
    with authkey.at_terminal("migrate", "alice") as child:
        child.expect_exact("Migrate IB Key to this phone? [y/N]: ")
        child.sendline("")
        child.expect_exact("nothing was changed")
        child.read()
        child.wait()

    assert child.exitstatus == 77
    assert portal.requests == []


def test_a_user_who_is_here_does_not_move(authkey: Authkey, portal: TinyPortal) -> None:
    """There is nothing to do, as the sentence's first cause says."""
    migrate(authkey, portal)
    sent = len(portal.requests)

    assert "An error has occurred. Please try again." in migrate(authkey, portal, check=77)
    assert len(portal.requests) == sent


def test_a_forgotten_pin_is_answered_by_the_same_phone(authkey: Authkey, portal: TinyPortal) -> None:
    """Android: clear the data, migrate, choose a new PIN; what the phone is set to stays."""
    bob = make_account("bob", origin="http://127.0.0.1:9", instance="12")
    authkey.holds(make_phone(bob, platform=Platform.ANDROID), pin="1357")
    authkey("settings", "number", "+15555550101", check=0)
    authkey("app", "clear-data", "--yes", check=0)
    assert "Run authkey recover." in authkey.with_pin("respond", "123456", check=77).stderr
    authkey.pin.write_text("2468")

    assert MOVED in migrate(authkey, portal)
    assert authkey.responds("123456") == portal.expects("123456")
    assert [user["name"] for user in authkey.json("users")["users"]] == ["alice"]
    assert authkey.json("app", "show")["stage"] == "opened"
    assert json.loads((authkey.home / "settings.json").read_text())["number"] == "+15555550101"


def test_clearing_takes_nothing_until_the_phone_begins_anew(authkey: Authkey, portal: TinyPortal) -> None:
    """A migration that is refused leaves the users of before to be recovered."""
    bob = make_account("bob", origin="http://127.0.0.1:9", instance="12")
    authkey.holds(make_phone(bob, platform=Platform.ANDROID))
    authkey("app", "clear-data", "--yes", check=0)
    portal.password = "another"

    assert "Invalid username password combination." in migrate(authkey, portal, check=77)
    assert authkey.json("app", "show")["stage"] == "reinstalled"
    assert authkey.json("status")["users"] == ["bob"]


def test_ios_is_recovered_and_not_begun_anew(authkey: Authkey, portal: TinyPortal) -> None:
    """Its Passcode is the phone's own: recovery needs nothing else."""
    authkey.holds(make_phone(make_account("bob", origin="http://127.0.0.1:9", instance="12")))
    authkey("app", "update-os", check=0)

    assert "Run authkey recover." in migrate(authkey, portal, check=77)
