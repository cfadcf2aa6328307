"""`authkey recover`: after the app was installed again, or the system updated."""

import json

import pytest

from authsim.authenticator.device import Platform, Portal
from authsim.authenticator.respond import respond
from tests.support.authkey import Authkey
from tests.support.phones import make_account, make_phone
from tests.support.tiny_portal import FINISH, Reply, TinyPortal

RECOVERED = "IB Key is recovered on this phone.\nDone\n"


@pytest.fixture
def android(authkey: Authkey, portal: TinyPortal) -> Authkey:
    """An Android phone of alice and bob, whose app was removed and installed again."""
    alice, bob = (
        make_account(name, origin=portal.origin, user=user) for name, user in (("alice", "22"), ("bob", "23"))
    )
    accounts = [account._replace(instance_id=portal.instance_id, psk=portal.psk) for account in (alice, bob)]
    known = Portal(portal.instance_id, portal.origin, portal.psk)
    authkey.holds(make_phone(*accounts, platform=Platform.ANDROID, portals=(known,)))
    (authkey.folder / "password").write_text("correct-horse-alice\n")
    for act in ("remove", "install"):
        authkey("app", act, "--yes", check=0)
    return authkey


def recover(authkey: Authkey, *arguments: str, check: int = 0) -> str:
    """Recover as a script does on Android; return everything that was said."""
    options = ("--password-file", str(authkey.folder / "password"), "--code-stdin")
    done = authkey.with_pin("recover", *arguments, *options, stdin="407182", check=check)
    return done.stdout + done.stderr


@pytest.mark.parametrize("acts", [("remove", "install"), ("remove", "install", "open"), ("update-os",)])
def test_ios_restores_with_its_passcode(authkey: Authkey, acts: tuple[str, ...]) -> None:
    """No credentials, no text: the keys are the ones of before."""
    authkey.holds(make_phone(make_account()))
    before = authkey.responds("123456")
    for act in acts:
        authkey("app", act, "--yes", check=0)

    done = authkey.with_pin("recover", "--yes", check=0)

    assert done.stdout.endswith(RECOVERED)
    assert authkey.responds("123456") == before


@pytest.mark.parametrize(
    ("language", "question", "element"),
    [("en", "Restore the configuration", "Passcode: "), ("ja", "以前の設定を復元", "パスコード: ")],
)
def test_ios_asks_whether_to_restore(authkey: Authkey, language: str, question: str, element: str) -> None:
    """Then the Passcode, as long as there are tries, and Allow where the app asks again."""
    authkey.holds(make_phone(make_account()))
    for act in ("remove", "install"):
        authkey("app", act, "--yes", check=0)
    with authkey.at_terminal("recover", "--lang", language) as child:
        child.expect_exact(question)
        child.sendline("y")
        child.expect_exact(element)
        child.sendline("1111")
        child.expect_exact("7")
        child.expect_exact(element)
        child.sendline("4938")
        child.expect_exact("[Y/n]: ")
        child.sendline("n")
        child.expect_exact("IB Key")
        child.read()
        child.wait()

    assert child.exitstatus == 0
    assert authkey.json("app", "show") == {"permission": "refused", "stage": "opened"}


def test_a_no_leaves_it_for_later(authkey: Authkey) -> None:
    """And where nobody can be asked, --yes says it."""
    authkey.holds(make_phone(make_account()))
    authkey("app", "update-os", check=0)
    with authkey.at_terminal("recover") as child:
        child.expect_exact("[y/N]: ")
        child.sendline("")
        child.read()
        child.wait()

    assert child.exitstatus == 77
    authkey.with_pin("recover", check=64)
    assert authkey.json("app", "show")["stage"] == "recovery"


def test_android_enrols_the_user_once_more(android: Authkey, portal: TinyPortal) -> None:
    """New keys for the one who was recovered; the other one is there again as before."""
    portal.device_id = "99" * 16

    said = recover(android, "alice")

    assert RECOVERED in said
    assert android.responds("123456", "--user", "alice") == portal.expects("123456")
    assert [user["name"] for user in android.json("users")["users"]] == ["bob", "alice"]
    assert android.responds("123456", "--user", "bob") == respond(make_account("bob", user="23"), "123456").text


def test_android_asks_in_the_articles_order(android: Authkey, portal: TinyPortal) -> None:
    """Recover Setup, read, Continue, credentials, the button, Activation Code with the PIN of before, Submit, Done."""
    portal.device_id = "99" * 16
    with android.at_terminal("recover") as child:
        for label in ("Recover Setup", "IB Key was active on this phone.", "Continue", "Username: "):
            child.expect_exact(label)
        child.sendline("alice")
        child.expect_exact("Password: ")
        child.sendline("correct-horse-alice")
        for label in ("Continue", "Initialise recovery", "send a new one): "):
            child.expect_exact(label)
        child.sendline("407182")
        child.expect_exact("PIN: ")
        child.sendline("4938")
        for label in ("Submit", "[Y/n]: "):
            child.expect_exact(label)
        child.sendline("")
        for label in ("Allow", "IB Key is recovered on this phone.", "Done"):
            child.expect_exact(label)
        child.read()


def test_a_script_is_told(android: Authkey, portal: TinyPortal) -> None:
    """One JSON object, on both platforms."""
    portal.device_id = "99" * 16
    told = recover(android, "alice", "--json").partition("}")[0] + "}"

    assert json.loads(told) == {"recovered": True, "user": "alice"}


def test_a_user_who_is_not_here_is_not_recovered(android: Authkey, portal: TinyPortal) -> None:
    """And without a name nobody guesses which of two."""
    assert "carol is not on this phone." in recover(android, "carol", check=77)
    assert "authkey recover NAME" in recover(android, check=64)
    assert portal.requests == []


def test_a_recovery_without_a_reply_is_done_again(android: Authkey, portal: TinyPortal) -> None:
    """The keys of before are there until the new ones count."""
    portal.device_id = "99" * 16
    portal.answers[FINISH] = lambda _: Reply(None)
    recover(android, "alice", check=69)
    del portal.answers[FINISH]

    assert RECOVERED in recover(android, "alice")
    assert android.responds("123456", "--user", "alice") == portal.expects("123456")


def test_there_may_be_nothing_to_recover(authkey: Authkey) -> None:
    """A phone that works says so; one without the app is told to install it; a lost face cannot tell who was there."""
    authkey.holds(make_phone(make_account(), platform=Platform.ANDROID))
    assert "There is nothing to recover." in authkey.with_pin("recover", "--yes", check=77).stderr
    authkey("app", "remove", "--yes", check=0)
    assert "Run authkey app install." in authkey.with_pin("recover", "--yes", check=77).stderr


def test_a_phone_with_a_lost_face_waits_for_its_recovery_too(authkey: Authkey) -> None:
    """Whoever removes the plain file restores nothing: the security element of before is asked."""
    authkey.holds(make_phone(make_account()))
    authkey("app", "update-os", check=0)
    (authkey.home / "phone.json").unlink()

    assert authkey("recover", "--yes", "--pin-stdin", stdin="1111", check=77).stderr.startswith("authkey: Wrong")
    assert authkey.json("app", "show")["stage"] == "recovery"
    assert authkey.with_pin("recover", "--yes", check=0).stdout == RECOVERED
