"""`authkey init`."""

import os

import pytest

from authsim.protocol.keys import fingerprint
from mobile_cli.home import PhoneHome
from tests.support.authkey import Authkey
from tests.support.tiny_portal import TinyPortal


@pytest.mark.parametrize(("platform", "shown"), [("ios", "iOS"), ("android", "Android")])
def test_a_phone_is_made(authkey: Authkey, platform: str, shown: str) -> None:
    """It says where, in private files, and asks nothing."""
    done = authkey.with_pin("init", "--platform", platform, check=0)

    assert done.stdout == f"A new {shown} phone is ready in {authkey.home}.\n"
    assert done.stderr == ""
    assert authkey.home.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in authkey.home.iterdir()} == {0o600}


def test_it_tells_a_script(authkey: Authkey) -> None:
    """One JSON object."""
    assert authkey.json("init", "--platform", "ios", "--pin-file", str(authkey.pin)) == {
        "home": str(authkey.home),
        "pin_policy": "classic",
        "platform": "ios",
        "portal": None,
    }


def test_the_pin_comes_from_a_file_or_from_standard_input(authkey: Authkey) -> None:
    """One trailing newline is removed, and both ways give the same PIN."""
    authkey("init", "--platform", "android", "--pin-stdin", stdin="4938\n", check=0)

    assert authkey.with_pin("respond", "123456", check=77).stderr.startswith("authkey: No user on this phone yet.")


@pytest.mark.parametrize("pin", ["123", "1234567", "12ab", "", "4938\n\n", " 4938"])
def test_an_unsuitable_pin_is_refused(authkey: Authkey, pin: str) -> None:
    """The rule is said, and no phone is made."""
    done = authkey("init", "--platform", "android", "--pin-stdin", stdin=pin, check=64)

    assert done.stderr == "authkey: A PIN has 4 to 6 digits.\n"
    assert not authkey.home.exists()


def test_the_hardened_policy_wants_more(authkey: Authkey) -> None:
    """Six characters at least, none of the familiar ones; the phone remembers its policy."""
    short = authkey.with_pin("init", "--platform", "ios", "--pin-policy", "hardened", check=64)
    authkey("init", "--platform", "ios", "--pin-policy", "hardened", "--pin-stdin", stdin="q8!w2x", check=0)

    assert short.stderr == "authkey: A Passcode here has 6 to 64 characters and is not an easy one to guess.\n"
    assert authkey.json("status")["pin_policy"] == "hardened"


def test_a_phone_is_never_made_over_another(authkey: Authkey) -> None:
    """The second one is refused before a PIN is asked, and nothing changes."""
    authkey.with_pin("init", "--platform", "ios", check=0)
    before = authkey.files()

    done = authkey("init", "--platform", "android", check=77)

    assert done.stderr == (
        f"authkey: There is a phone in {authkey.home} already. "
        "Use another --home, or erase this one with authkey forget.\n"
    )
    assert authkey.files() == before


def test_without_a_terminal_a_pin_is_not_asked(authkey: Authkey) -> None:
    """It says what to use instead, and never reads with an echo."""
    done = authkey("init", "--platform", "android", stdin="4938\n", check=64)

    assert done.stderr == (
        "authkey: The PIN is asked on a terminal, and there is none. Use --pin-file FILE or --pin-stdin.\n"
    )


def test_a_pin_file_that_is_not_there_is_named(authkey: Authkey) -> None:
    """An unreadable file ends with 74."""
    done = authkey("init", "--platform", "ios", "--pin-file", "/nowhere/pin", check=74)

    assert done.stderr == "authkey: /nowhere/pin: No such file or directory.\n"


def test_a_home_that_cannot_be_made_is_named(authkey: Authkey) -> None:
    """A file in the way ends with 74."""
    authkey.home.write_text("a letter")

    done = authkey.with_pin("init", "--platform", "ios", check=74)

    assert str(authkey.home) in done.stderr
    assert authkey.home.read_text() == "a letter"


def test_a_full_folder_that_others_may_read_is_refused(authkey: Authkey) -> None:
    """The sentence says which bits to take away."""
    authkey.home.mkdir()
    authkey.home.chmod(0o755)
    (authkey.home / "letter").write_text("dear")

    done = authkey.with_pin("init", "--platform", "ios", check=77)

    assert done.stderr == f"authkey: Others may read {authkey.home}. Run chmod 700 on it.\n"


def test_a_portal_is_met(authkey: Authkey, portal: TinyPortal) -> None:
    """Its key is kept and its fingerprint shown."""
    done = authkey.with_pin("init", "--platform", "ios", "--portal", f"{portal.origin}/", check=0)

    assert done.stdout.splitlines()[1:] == [
        f"Portal       {portal.origin}",
        f"Fingerprint  {fingerprint(portal.psk)}",
    ]
    assert authkey.json("status")["portals"] == [portal.origin]


def test_a_portal_that_does_not_answer_leaves_no_phone(authkey: Authkey) -> None:
    """Nothing is made before the portal is known."""
    done = authkey.with_pin("init", "--platform", "ios", "--portal", "http://127.0.0.1:9", check=69)

    assert done.stderr == ("authkey: http://127.0.0.1:9 does not answer. Check that the portal runs, then try again.\n")
    assert not authkey.home.exists()


@pytest.mark.parametrize("address", ["127.0.0.1:8765", "ftp://127.0.0.1", "http://127.0.0.1/sso", "http://a@b", ""])
def test_a_portal_is_named_by_its_origin(authkey: Authkey, address: str) -> None:
    """Anything else is wrong usage."""
    done = authkey.with_pin("init", "--platform", "ios", "--portal", address, check=64)

    assert done.stderr == "authkey: A portal is named http://HOST:PORT, nothing more.\n"


def test_a_wiped_phone_is_made_anew(authkey: Authkey) -> None:
    """Eight wrong PINs, then a new phone in the same folder."""
    authkey.with_pin("init", "--platform", "ios", check=0)
    home = PhoneHome(str(authkey.home))
    for _ in range(8):
        done = authkey("respond", "123456", "--pin-stdin", stdin="1111", check=77)

    assert done.stderr.startswith("authkey: This phone is wiped: 8 wrong tries")
    assert home.state().value == "wiped"
    authkey.with_pin("init", "--platform", "android", check=0)
    assert authkey.json("status")["platform"] == "android"


def test_typed_twice_at_a_terminal(authkey: Authkey) -> None:
    """A new PIN is typed twice without an echo."""
    with authkey.at_terminal("init", "--platform", "android") as child:
        child.expect_exact("New PIN: ")
        child.sendline("4938")
        child.expect_exact("Repeat the PIN: ")
        child.sendline("4938")
        seen = child.read()

    assert "4938" not in seen.replace(str(authkey.home), "")
    assert f"A new Android phone is ready in {authkey.home}." in seen.replace("\r\n", "\n")
    assert os.listdir(authkey.home)


def test_two_entries_that_differ_are_asked_again(authkey: Authkey) -> None:
    """A typing error is told and mended on the spot, as one that is no Passcode; until then there is no phone."""
    with authkey.at_terminal("init", "--platform", "ios") as child:
        for first, second, said in (
            ("4938", "4939", "The two entries differ. Type it twice again."),
            ("49", None, "A Passcode has 4 to 6 digits."),
        ):
            child.expect_exact("New Passcode: ")
            child.sendline(first)
            if second is not None:
                child.expect_exact("Repeat the Passcode: ")
                child.sendline(second)
            child.expect_exact(said)
            assert not authkey.home.exists()
        child.expect_exact("New Passcode: ")
        child.sendline("4938")
        child.expect_exact("Repeat the Passcode: ")
        child.sendline("4938")
        child.expect_exact("A new iOS phone is ready")
        child.read()

    assert child.wait() == 0
