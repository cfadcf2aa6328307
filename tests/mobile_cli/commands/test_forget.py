"""`authkey forget`."""

from tests.support.authkey import Authkey
from tests.support.phones import ORIGIN, make_account, make_phone

ALICE, BOB = make_account(), make_account("bob", user="23")


def test_a_user_is_taken_off(authkey: Authkey) -> None:
    """It needs the PIN, leaves the others, and says what the portal still thinks."""
    authkey.holds(make_phone(ALICE, BOB))
    done = authkey.with_pin("forget", "alice", "--yes", check=0)

    assert done.stdout == "alice is no longer on this phone.\n"
    assert done.stderr == "The portal still counts this phone as active until somebody revokes it there.\n"
    assert authkey.json("status")["users"] == ["bob"]
    assert authkey.with_pin("respond", "123456", "--user", "alice", check=77)


def test_it_tells_a_script(authkey: Authkey) -> None:
    """One JSON object for a user, one for a phone."""
    authkey.holds(make_phone(ALICE, BOB))

    assert authkey.json("forget", "alice", "--yes", "--pin-file", str(authkey.pin)) == {
        "forgot": "user",
        "portal": ORIGIN,
        "user": "alice",
    }
    assert authkey.json("forget", "--yes") == {"forgot": "phone", "home": str(authkey.home)}


def test_a_wrong_pin_takes_nobody_off(authkey: Authkey) -> None:
    """The try is counted."""
    authkey.holds(make_phone(ALICE))
    authkey("forget", "alice", "--yes", "--pin-stdin", stdin="1111", check=77)

    assert authkey.json("status")["users"] == ["alice"]
    assert authkey.json("status")["tries_left"] == 7


def test_a_user_who_is_not_here_is_said(authkey: Authkey) -> None:
    """Nothing changes, and a lost summary does not matter."""
    authkey.holds(make_phone(ALICE))
    (authkey.home / "phone.json").unlink()

    assert authkey.with_pin("forget", "carol", "--yes", check=77).stderr == (
        "authkey: carol is not on this phone. authkey users lists who is.\n"
    )


def test_a_phone_is_erased_without_a_pin(authkey: Authkey) -> None:
    """Nothing is left but the lock, and a new phone may be made there."""
    authkey.holds(make_phone(ALICE))
    done = authkey("forget", "--yes", check=0)

    assert done.stdout == f"The phone in {authkey.home} is erased.\n"
    assert [path.name for path in authkey.home.iterdir()] == ["lock"]
    authkey.with_pin("init", "--platform", "ios", check=0)


def test_without_a_terminal_it_wants_yes(authkey: Authkey) -> None:
    """Nothing that cannot be undone happens by accident in a pipe."""
    authkey.holds(make_phone(ALICE))
    before = authkey.files()

    assert authkey("forget", check=64).stderr == "authkey: Nobody can be asked here. Add --yes to go on.\n"
    assert authkey.with_pin("forget", "alice", check=64).stdout == ""
    assert authkey.files() == before


def test_no_phone_is_said(authkey: Authkey) -> None:
    """There is nothing to erase."""
    assert authkey("forget", "--yes", check=77).stderr.startswith(f"authkey: No phone in {authkey.home}.")
    assert authkey.with_pin("forget", "alice", "--yes", check=77).stderr.startswith("authkey: No phone in ")


def test_a_person_is_asked(authkey: Authkey) -> None:
    """No is the answer unless it is yes, for a user and for the phone."""
    authkey.holds(make_phone(ALICE))
    for arguments, question in (
        (["forget"], "Erase this phone and all its users? [y/N]: "),
        (["forget", "alice"], "Remove alice from this phone? [y/N]: "),
    ):
        with authkey.at_terminal(*arguments) as child:
            child.expect_exact(question)
            child.sendline("")
            assert "authkey: Stopped: nothing was changed." in child.read()
        assert child.wait() == 77
    with authkey.at_terminal("forget") as child:
        child.expect_exact("[y/N]: ")
        child.sendline("Yes")
        assert "is erased." in child.read()

    assert authkey.json("status")["state"] == "none"
