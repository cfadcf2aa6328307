"""`authkey status`."""

from authsim.authenticator.device import Platform, Portal
from tests.support.authkey import Authkey
from tests.support.phones import ORIGIN, make_account, make_pending, make_phone


def test_a_phone_is_shown_without_a_pin(authkey: Authkey) -> None:
    """Platform, users, portals, what is under way, and the tries left, in two columns."""
    authkey.holds(
        make_phone(
            make_account(),
            platform=Platform.ANDROID,
            portals=(Portal("11" * 16, ORIGIN, b"\x11" * 32),),
            pending=make_pending(),
        )
    )

    assert authkey("status", check=0).stdout == (
        f"Home        {authkey.home}\n"
        "Platform    Android\n"
        "Users       alice\n"
        f"Portal      {ORIGIN}\n"
        f"Under way   {ORIGIN}\n"
        "Tries left  8\n"
    )
    assert authkey.json("status") == {
        "app": "opened",
        "home": str(authkey.home),
        "pending": ORIGIN,
        "pin_policy": "classic",
        "platform": "android",
        "portals": [ORIGIN],
        "state": "ready",
        "tries_left": 8,
        "users": ["alice"],
    }


def test_an_app_that_is_not_in_use_is_shown(authkey: Authkey) -> None:
    """Because no other command works then."""
    authkey.holds(make_phone(make_account()))
    authkey("app", "update-os", check=0)

    assert "IBKR Mobile  to be recovered\n" in authkey("status", check=0).stdout
    assert authkey.json("status")["app"] == "recovery"


def test_an_empty_phone_is_shown(authkey: Authkey) -> None:
    """No user is a dash."""
    authkey.holds(make_phone())

    assert "Users       -\n" in authkey("status", check=0).stdout


def test_a_wrong_pin_shows(authkey: Authkey) -> None:
    """The tries left are read, not remembered."""
    authkey.holds(make_phone(make_account()))
    authkey("respond", "123456", "--pin-stdin", stdin="1111", check=77)

    assert authkey.json("status")["tries_left"] == 7


def test_no_phone_is_a_state(authkey: Authkey) -> None:
    """It is shown, not refused."""
    assert authkey("status", check=0).stdout == (
        f"No phone in {authkey.home} yet. Run authkey init or authkey activate.\n"
    )
    assert authkey.json("status") == {"home": str(authkey.home), "state": "none"}


def test_a_wiped_phone_is_a_state(authkey: Authkey) -> None:
    """It is shown, with what to do."""
    authkey.holds(make_phone())
    (authkey.home / "device.key").unlink()

    assert authkey("status", check=0).stdout == ("This phone was wiped. Run authkey forget --yes, then authkey init.\n")
    assert authkey.json("status")["state"] == "wiped"


def test_a_lost_summary_hides_only_what_it_held(authkey: Authkey) -> None:
    """The tries left are still shown."""
    authkey.holds(make_phone(make_account()))
    (authkey.home / "phone.json").unlink()

    assert authkey("status", check=0).stdout == f"Home        {authkey.home}\nTries left  8\n"


def test_an_open_folder_is_refused(authkey: Authkey) -> None:
    """A phone that others may read is not shown."""
    authkey.holds(make_phone())
    authkey.home.chmod(0o750)

    assert authkey("status", check=77).stderr == f"authkey: Others may read {authkey.home}. Run chmod 700 on it.\n"
