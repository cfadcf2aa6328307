"""`authkey add-user` and `activate --username`, at a terminal and for scripts, against a tiny device API."""

import json

import pytest

from authsim.authenticator.device import Account, Platform, Portal
from authsim.protocol.keys import fingerprint
from authsim.protocol.suite import STRICT10
from tests.support.authkey import Authkey
from tests.support.phones import make_account, make_phone
from tests.support.tiny_portal import FINISH, RESEND, START, Reply, TinyPortal

ADDED = (
    "IB Key is active for alice.\n"
    "Any other phone of alice is replaced: its Authenticate no longer works for alice.\n"
    "Done\n"
)
SENT = "An Authentication Code was sent by text message to the mobile number on the account.\n"
JAPANESE = {"LANG": "ja_JP.UTF-8"}


def bob_at(portal: TinyPortal) -> Account:
    """Another user of the same portal."""
    bob = make_account("bob", origin=portal.origin, user="23")
    return bob._replace(instance_id=portal.instance_id, psk=portal.psk)


@pytest.fixture
def bob(authkey: Authkey, portal: TinyPortal) -> Authkey:
    """An iOS phone that is active for bob, and knows the portal."""
    holds(authkey, portal, Platform.IOS)
    return authkey


def holds(authkey: Authkey, portal: TinyPortal, platform: Platform) -> None:
    """Put a phone of bob's there, and alice's password beside it."""
    known = Portal(portal.instance_id, portal.origin, portal.psk)
    authkey.holds(make_phone(bob_at(portal), platform=platform, portals=(known,)))
    (authkey.folder / "password").write_text("correct-horse-alice\n")


def add(authkey: Authkey, *arguments: str, code: str = "407182\n", check: int = 0) -> str:
    """Add alice as a script does; return everything that was said."""
    (authkey.folder / "password").touch()
    password = ["--password-file", str(authkey.folder / "password"), "--code-stdin"]
    done = authkey.with_pin("add-user", *arguments, *password, stdin=code, check=check)
    return done.stdout + done.stderr


def test_a_script_adds_a_user(bob: Authkey, portal: TinyPortal) -> None:
    """The phone answers for both; the other phone is named as replaced."""
    assert add(bob, "alice") == ADDED + SENT
    assert bob.responds("123456", "--user", "alice") == portal.expects("123456")
    assert [user["name"] for user in bob.json("users")["users"]] == ["bob", "alice"]


def test_a_script_is_told(bob: Authkey, portal: TinyPortal) -> None:
    """One JSON object, as of any activation."""
    told = add(bob, "alice", "--json", "--label", "blue phone").removesuffix(SENT)

    assert json.loads(told) == {
        "confirmation": None,
        "device_id": portal.device_id,
        "portal": portal.origin,
        "user": "alice",
    }
    assert json.loads(portal.requests[0])["label"] == "blue phone"


def test_ios_asks_in_the_articles_order(bob: Authkey, portal: TinyPortal) -> None:
    """Authenticate, Add User, Continue, Username, Password, Continue, Activation Code, Activate, Passcode, Done."""
    with bob.at_terminal("add-user") as child:
        for label in ("Authenticate", "Add User", "You need your username", "Continue", "Username: "):
            child.expect_exact(label)
        child.sendline("alice")
        child.expect_exact("Password: ")
        child.sendline("correct-horse-alice")
        child.expect_exact("Continue")
        assert "correct-horse" not in str(child.before)
        child.expect_exact("An Authentication Code was sent")
        child.expect_exact("Activation Code (r: send a new one): ")
        child.sendline("407182")
        child.expect_exact("Activate")
        child.expect_exact("Passcode: ")
        child.sendline("4938")
        for label in ("IB Key is active for alice.", "Any other phone of alice is replaced", "Done"):
            child.expect_exact(label)
        child.read()
        child.wait()

    assert child.exitstatus == 0


def test_android_asks_the_pin_together_with_the_code(authkey: Authkey, portal: TinyPortal) -> None:
    """After a choice of two ways, and Get Activation Code."""
    holds(authkey, portal, Platform.ANDROID)
    with authkey.at_terminal("add-user") as child:
        for label in ("1  Account Credentials", "2  Session ID", "How (1-2): "):
            child.expect_exact(label)
        child.sendline("3")
        child.expect_exact("How (1-2): ")
        child.sendline("1")
        child.expect_exact("Username: ")
        child.sendline("alice")
        child.expect_exact("Password: ")
        child.sendline("correct-horse-alice")
        for label in ("Continue", "Get Activation Code", "Activation Code (r: send a new one): "):
            child.expect_exact(label)
        child.sendline("407182")
        child.expect_exact("PIN: ")
        child.sendline("4938")
        for label in ("Activate", "IB Key is active for alice.", "Done"):
            child.expect_exact(label)
        child.read()


def test_the_other_way_is_the_session_id(authkey: Authkey, portal: TinyPortal) -> None:
    """It leads to the command that takes one."""
    holds(authkey, portal, Platform.ANDROID)
    with authkey.at_terminal("add-user") as child:
        child.expect_exact("How (1-2): ")
        child.sendline("2")
        child.expect_exact("authkey activate SESSION-ID")
        child.read()
        child.wait()

    assert child.exitstatus == 64


@pytest.mark.parametrize("platform", list(Platform))
def test_in_japanese_the_steps_are_the_same(authkey: Authkey, portal: TinyPortal, platform: Platform) -> None:
    """With the labels of the platform."""
    holds(authkey, portal, platform)
    with authkey.at_terminal("add-user", "alice", **JAPANESE) as child:
        for label in ("認証", "ユーザーの追加", "次に進む", "ユーザー名: alice", "パスワード: "):
            child.expect_exact(label)
        child.sendline("correct-horse-alice")
        child.expect_exact("アクティベーション・コード (r: 再送信): ")
        child.sendline("407182")
        child.expect_exact("パスコード: " if platform is Platform.IOS else "PIN: ")
        child.sendline("4938")
        child.expect_exact("alice の IB Key が有効になりました。")
        child.expect_exact("完了")
        child.read()


def test_a_person_has_the_code_sent_again(bob: Authkey, portal: TinyPortal) -> None:
    """As often as it takes: too soon says how long to wait, and a new one is announced."""
    portal.answers[RESEND] = lambda reply: Reply(reply.body, status=429, headers={"Retry-After": "90"})
    with bob.at_terminal("add-user", "alice") as child:
        child.expect_exact("Password: ")
        child.sendline("correct-horse-alice")
        child.expect_exact("send a new one): ")
        child.sendline("r")
        child.expect_exact("in 90 seconds.")
        del portal.answers[RESEND]
        child.sendline("R")
        child.expect_exact("A new code was sent. Only the newest one counts.")
        child.sendline("407182")
        child.expect_exact("Passcode: ")
        child.sendline("4938")
        child.expect_exact("Done")
        child.read()


def test_an_activation_that_is_over_is_not_sent_again(bob: Authkey, portal: TinyPortal) -> None:
    """It ends, and says how to begin again."""
    portal.answers[RESEND] = lambda reply: Reply(reply.body, status=404)
    with bob.at_terminal("add-user", "alice") as child:
        child.expect_exact("Password: ")
        child.sendline("correct-horse-alice")
        child.expect_exact("send a new one): ")
        child.sendline("r")
        child.expect_exact("This activation is over")
        child.read()
        child.wait()

    assert child.exitstatus == 77


def test_no_more_texts_leave_the_newest_code(bob: Authkey, portal: TinyPortal) -> None:
    """The person is told, and may still type the code that is there."""
    portal.answers[RESEND] = lambda reply: Reply(reply.body, status=409)
    with bob.at_terminal("add-user", "alice") as child:
        child.expect_exact("Password: ")
        child.sendline("correct-horse-alice")
        child.expect_exact("send a new one): ")
        child.sendline("r")
        child.expect_exact("No more codes are sent for this activation.")
        child.expect_exact("send a new one): ")
        child.sendline("407182")
        child.expect_exact("Passcode: ")
        child.sendline("4938")
        child.expect_exact("Done")
        child.read()
        child.wait()
    assert child.exitstatus == 0


def test_a_person_tries_again(bob: Authkey, portal: TinyPortal) -> None:
    """A mistyped code costs nothing, a wrong one says how many tries are left, and so does a wrong Passcode."""
    left = iter("21")
    portal.answers[FINISH] = lambda reply: (
        reply
        if reply.status == 200
        else Reply(reply.body, status=401, headers={"AuthSim-Attempts-Remaining": next(left)})
    )
    with bob.at_terminal("add-user", "alice") as child:
        child.expect_exact("Password: ")
        child.sendline("correct-horse-alice")
        child.expect_exact("send a new one): ")
        child.sendline("four")
        child.expect_exact("Passcode: ")
        child.sendline("49")
        child.expect_exact("A Passcode has 4 to 6 digits.")
        child.expect_exact("Passcode: ")
        child.sendline("1111")
        child.expect_exact("Wrong Passcode. 7 tries left.")
        child.expect_exact("Passcode: ")
        child.sendline("4938")
        child.expect_exact("An Activation Code has only digits.")
        child.sendline("000000")
        child.expect_exact("Wrong Activation Code. 2 tries left.")
        child.sendline("000000")
        child.expect_exact("Wrong Activation Code. 1 try left.")
        child.sendline("407182")
        child.expect_exact("Done")
        child.read()
        child.wait()

    assert child.exitstatus == 0


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        ("2", "Wrong Activation Code. 2 tries left."),
        ("0", "Wrong Activation Code. This activation is over"),
        ("", "Wrong Activation Code. Type the one of the newest text message."),
    ],
)
def test_a_script_has_one_code(bob: Authkey, portal: TinyPortal, left: str, sentence: str) -> None:
    """It is told what became of it, and may go on with --resume while there are tries."""
    portal.answers[FINISH] = lambda reply: (
        reply if reply.status == 200 else Reply(reply.body, status=401, headers={"AuthSim-Attempts-Remaining": left})
    )

    assert f"authkey: {sentence}" in add(bob, "alice", code="000000\n", check=77)
    is_over = left == "0"
    resumed = bob.with_pin("add-user", "--resume", "--code-stdin", stdin="407182", check=77 if is_over else 0)
    assert resumed.stdout == ("" if is_over else ADDED)
    assert "No user is being added." in resumed.stderr if is_over else resumed.stderr == ""


def test_what_cannot_be_a_code_is_malformed(bob: Authkey) -> None:
    """And nothing at all is wrong usage."""
    assert "An Activation Code has only digits." in add(bob, "alice", code="abc\n", check=65)
    assert "--code-stdin" in add(bob, "alice", code="", check=64)


def test_a_lost_reply_is_asked_for_again(bob: Authkey, portal: TinyPortal) -> None:
    """The same request, byte for byte; either command goes on."""
    portal.answers[FINISH] = lambda _: Reply(None)
    said = add(bob, "alice", check=69)
    assert said.endswith("did not answer. The request is kept: run the same command with --resume.\n")
    bob.with_pin("add-user", "--resume", check=69)
    del portal.answers[FINISH]

    assert bob.with_pin("activate", "--resume", check=0).stdout == ADDED
    assert portal.requests[-3] == portal.requests[-2] == portal.requests[-1]
    assert "No user is being added." in bob.with_pin("add-user", "--resume", check=77).stderr


def test_a_user_who_is_here_is_not_added(bob: Authkey, portal: TinyPortal) -> None:
    """The article's sentence, then its causes with the test that tells them apart. No password is asked."""
    done = bob.with_pin("add-user", "bob", "--code-stdin", check=77)

    assert done.stderr.startswith("authkey: An error has occurred. Please try again.\n")
    assert "log in to the portal. If a notification arrives and tapping it completes the login" in done.stderr
    assert portal.requests == []


@pytest.mark.parametrize(
    ("status", "headers", "sentence"),
    [
        (401, {}, "Invalid username password combination."),
        (403, {}, "The portal does not let this user in now."),
        (409, {}, "There is no mobile number on file for this user"),
        (429, {"Retry-After": "53"}, "The portal asks to wait. Try again in 53 seconds."),
    ],
)
def test_refused_credentials_are_said(
    bob: Authkey, portal: TinyPortal, status: int, headers: dict[str, str], sentence: str
) -> None:
    """With the remedy."""
    portal.answers[START] = lambda reply: Reply(reply.body, status=status, headers=headers)

    assert f"authkey: {sentence}" in add(bob, "alice", check=77)


def test_the_first_user_is_registered(authkey: Authkey, portal: TinyPortal) -> None:
    """An empty home becomes an iOS phone; the unknown portal's key is shown for comparison."""
    (authkey.folder / "password").write_text("correct-horse-alice\n")
    arguments = ("--portal", portal.origin, "--password-file", str(authkey.folder / "password"), "--code-stdin")
    done = authkey.with_pin("activate", "--username", "alice", *arguments, stdin="407182", check=0)

    assert done.stdout == ADDED
    assert "made an iOS phone" in done.stderr
    assert f"Fingerprint  {fingerprint(portal.psk)}\n" in done.stderr
    assert authkey.responds("123456") == portal.expects("123456")


@pytest.mark.parametrize("command", [["activate", "--username", "alice"], ["add-user", "alice"]])
def test_a_person_compares_the_key_and_registers(authkey: Authkey, portal: TinyPortal, command: list[str]) -> None:
    """On a phone without users both commands are the first activation."""
    authkey.holds(make_phone())
    with authkey.at_terminal(*command, "--portal", portal.origin) as child:
        child.expect_exact("Is it the same? [y/N]: ")
        child.sendline("y")
        child.expect_exact("Register Two-Factor")
        child.expect_exact("Password: ")
        child.sendline("correct-horse-alice")
        child.expect_exact("send a new one): ")
        child.sendline("407182")
        child.expect_exact("Passcode: ")
        child.sendline("4938")
        child.expect_exact("Done")
        child.read()


def test_without_a_yes_nothing_is_sent(authkey: Authkey, portal: TinyPortal) -> None:
    """An unknown key is a person's decision."""
    authkey.holds(make_phone())
    with authkey.at_terminal("add-user", "alice", "--portal", portal.origin) as child:
        child.expect_exact("Is it the same? [y/N]: ")
        child.sendline("")
        child.read()
        child.wait()

    assert child.exitstatus == 77
    assert portal.requests == []


def test_a_hardened_portal_is_trusted_first(bob: Authkey, portal: TinyPortal) -> None:
    """The sentence names the command."""
    portal.suite = STRICT10
    bob.with_pin("forget", "--portal", portal.origin, "--yes", check=0)

    assert f"Run authkey trust {portal.origin}." in add(bob, "alice", "--portal", portal.origin, check=77)


def test_what_a_script_leaves_out_is_said(bob: Authkey, portal: TinyPortal) -> None:
    """Before anything is sent, whatever it is."""
    password = ("--password-file", str(bob.folder / "password"))
    said = {
        "Use --code-stdin.": bob.with_pin("add-user", "alice", *password, check=64),
        "Use --password-file FILE.": bob.with_pin("add-user", "alice", "--code-stdin", check=64),
        "authkey add-user NAME": bob.with_pin("add-user", "--code-stdin", *password, check=64),
        "Use --pin-file FILE.": bob("add-user", "alice", "--code-stdin", "--pin-stdin", *password, check=64),
        "--pin-file FILE or --pin-stdin.": bob.with_pin("add-user", "alice", "--pin-stdin", "--code-stdin", check=64),
    }

    for remedy, done in said.items():
        assert done.stderr.rstrip().endswith(remedy) or remedy in done.stderr
    assert portal.requests == []


def test_a_portal_has_to_be_known(authkey: Authkey) -> None:
    """Or said."""
    authkey.holds(make_phone())

    assert "add --portal URL" in add(authkey, "alice", check=64)


def test_a_locked_phone_with_a_damaged_face_still_adds(bob: Authkey, portal: TinyPortal) -> None:
    """What is plain is believed by nobody: the sealed truth says who is there."""
    (bob.home / "phone.json").unlink()

    assert ADDED in add(bob, "alice", "--portal", portal.origin)
    assert [user["name"] for user in bob.json("users")["users"]] == ["bob", "alice"]


def test_a_phone_that_is_offline_sends_nothing(bob: Authkey, portal: TinyPortal) -> None:
    """Airplane mode is said at once."""
    bob("settings", "airplane", "on", check=0)

    assert "no connection" in add(bob, "alice", check=77).lower()
    assert portal.requests == []


def test_no_password_and_no_code_is_repeated(bob: Authkey) -> None:
    """Neither on a stream nor in a file."""
    said = add(bob, "alice")
    files = b"".join(content for name, content in bob.files().items() if name != "device.key")

    for secret in ("correct-horse-alice", "407182"):
        assert secret not in said
        assert secret.encode() not in files
