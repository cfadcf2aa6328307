"""`authkey listen` at a served portal: in a pipe for scripts, at a terminal for a person."""

import signal
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.support.authkey import Authkey
from tests.support.portal import served_portal
from tests.support.resident import Resident

#: The last instant at which somebody who thinks is told how long is left.
ANNOUNCED_S = 10
MENU = "a Approve, d Deny, w It wasn't me, Enter later ("


def test_a_request_comes_within_the_stream(resident: Resident) -> None:
    """One line each, as it is announced; the browser waits for the person."""
    with resident.listens() as phone:
        browser = resident.begins()
        assert phone.says().startswith(f"{resident.name}: a request to log in, 1")
        assert not resident.is_in(browser)


def test_a_request_from_before_is_shown_first(resident: Resident) -> None:
    """Whoever opens the app late still sees what waits."""
    resident.begins()
    with resident.listens("--json") as phone:
        assert phone.tells()["state"] == "issued"


def test_everything_is_approved_for_tests(resident: Resident) -> None:
    """One line each; every browser goes on by itself."""
    with resident.listens("--approve-all", "--json") as phone:
        for _ in range(3):
            browser = resident.begins(User_Agent="a browser")
            told = phone.tells()
            assert (told["state"], told["seen"], told["user"]) == ("approved", "banner", resident.name)
            assert told["context"]["browser"] == "a browser"
            assert resident.is_in(browser)


def test_once_ends_after_the_first(resident: Resident) -> None:
    """With 0, and what it said."""
    with resident.listens("--approve-all", "--once") as phone:
        resident.begins()
        status, out, err = phone.ends()

    assert (status, err) == (0, "")
    assert out == f"Authentication succeeded for {resident.name}. The portal goes on by itself.\n"


def test_one_of_two_users_goes_in_a_pipe(moves_in: Callable[..., Resident]) -> None:
    """Said beside the results; the other one is still heard."""
    alice, bob = moves_in(), moves_in()
    with alice.listens("--json") as phone:
        alice.portal.operator("users", "suspend", alice.name)
        assert phone.notes().startswith(f"{alice.name}: This phone is suspended for this user.")
        bob.begins()
        assert phone.tells()["user"] == bob.name


def test_several_users_listen_on_one_phone(moves_in: Callable[..., Resident]) -> None:
    """Each request names its user; --user keeps to one."""
    alice, bob = moves_in(), moves_in()
    with alice.listens("--json") as phone:
        bob.begins()
        assert phone.tells()["user"] == bob.name
        alice.begins()
        assert phone.tells()["user"] == alice.name
    with alice.listens("--json", "--user", alice.name) as phone:
        bob.begins()
        alice.begins()
        assert phone.tells()["user"] == alice.name


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_calmly(resident: Resident, number: signal.Signals) -> None:
    """Ctrl-C is 130; no traceback, nothing left to say."""
    with resident.listens() as phone:
        phone.child.send_signal(number)
        status, out, err = phone.ends()

    assert status == (130 if number == signal.SIGINT else -signal.SIGTERM)
    assert (out, err.strip()) == ("", "")


def test_a_phone_that_is_replaced_meanwhile_is_told(resident: Resident) -> None:
    """The stream ends with the portal's signed word, and so does the command."""
    with resident.listens() as phone:
        resident.portal.operator("users", "revoke", resident.name)
        status, _, err = phone.ends()

    assert status == 77
    assert err == "authkey: This phone was taken out of use for this user. Activate it anew: authkey activate.\n"


@pytest.mark.parametrize("serving", [(), ("--workers", "2")], ids=["waitress", "gunicorn"])
def test_a_portal_that_starts_anew_is_found(
    moves_in: Callable[..., Resident], tmp_path: Path, serving: tuple[str, ...]
) -> None:
    """Killed and served again at the same place, on both servers: the phone says so, resumes, and misses nothing."""
    with served_portal(tmp_path / "portal", serving=serving) as portal:
        resident = moves_in(portal=portal)
        with resident.listens("--json") as phone:
            resident.begins()
            first = phone.tells()
            portal.kill()
            assert phone.notes() == f"{resident.name}: the portal does not answer. Trying again.\n"
            portal.serve(*serving)
            resident.begins()
            second = phone.tells()
            assert phone.notes() == f"{resident.name}: the portal answers again.\n"
        assert first["request"] != second["request"]
        alarms = portal.rows("SELECT alarms FROM devices")

    assert [row[0] for row in alarms] == [0]


# what the phone is set to


@pytest.mark.parametrize(
    ("settings", "seen"),
    [
        ([("locked", "on")], "lock_screen"),
        ([("dnd", "on")], "list"),
        ([("banners", "off")], "list"),
        ([("banner-style", "temporary")], "banner"),
    ],
)
def test_each_setting_has_its_effect(resident: Resident, settings: list[tuple[str, str]], seen: str) -> None:
    """Banner, lock screen, or only the list that is pulled down."""
    for setting in settings:
        resident.phone("settings", *setting, check=0)
    with resident.listens("--json") as phone:
        resident.begins()
        assert phone.tells()["seen"] == seen


def test_without_permission_nothing_is_shown(resident: Resident) -> None:
    """It is said beside the results that one came; allowed again, the next one is."""
    with resident.listens("--approve-all", "--json") as phone:
        resident.phone("settings", "allow-notifications", "off", check=0)
        hidden = resident.begins()
        unseen = "a request came, which this phone shows nowhere. authkey approve finds it."
        assert phone.notes() == f"{resident.name}: {unseen}\n"
        resident.phone("settings", "allow-notifications", "on", check=0)
        shown = resident.begins()
        assert phone.tells()["state"] == "approved"
        assert resident.is_in(shown)
        assert not resident.is_in(hidden)


def test_in_airplane_mode_nothing_comes(resident: Resident) -> None:
    """Switched on while the phone listens; switched off, what still waits comes."""
    with resident.listens("--json") as phone:
        resident.begins()
        phone.tells()
        resident.phone("settings", "airplane", "on", check=0)
        browser = resident.begins()
        resident.phone("settings", "airplane", "off", check=0)
        assert phone.tells()["state"] == "issued"
        resident.uses("approve")
        assert resident.is_in(browser)


# at a terminal


def opened(phone: Authkey, *arguments: str) -> "pexpect.spawn[str]":
    """Listen at a terminal, with the Passcode given."""
    child = phone.at_terminal("listen", *arguments)
    child.expect_exact(": ")
    child.sendline("4938")
    child.expect_exact("Ctrl-C ends.")
    return child


def ends(child: "pexpect.spawn[str]", status: int) -> str:
    """Wait for the end; return what came until then."""
    seen = child.read()
    child.wait()
    assert child.exitstatus == status, seen
    return seen


def test_a_person_taps_and_approves(resident: Resident) -> None:
    """The banner names user and portal; Enter opens it; context, the security element again, Done."""
    with opened(resident.phone, "--once") as child:
        browser = resident.begins(User_Agent="a browser")
        child.expect_exact("IBKR Mobile")
        child.expect_exact(f"{resident.name} at {resident.portal.address.partition('://')[2]}: tap to log in")
        child.expect_exact("Enter opens it.")
        child.sendline("")
        child.expect_exact("a browser")
        child.expect_exact("Authorize")
        child.expect_exact(MENU)
        child.sendline("a")
        child.expect_exact("Passcode: ")
        child.sendline("4938")
        child.expect_exact(f"Authentication succeeded for {resident.name}.")
        assert "Done" in ends(child, 0)

    assert resident.is_in(browser)


@pytest.mark.parametrize(("key", "said"), [("d", "Denied."), ("w", "Reported: it wasn't ")])
def test_a_person_denies_without_the_passcode(resident: Resident, key: str, said: str) -> None:
    """One key, nothing else is asked; the login ends."""
    with opened(resident.phone, "--once") as child:
        browser = resident.begins()
        child.expect_exact("Enter opens it.")
        child.sendline("")
        child.expect_exact(MENU)
        child.sendline("?")
        child.expect_exact(MENU)
        child.sendline(key)
        child.expect_exact(said)
        ends(child, 0)

    assert not resident.is_in(browser)


def test_what_is_left_for_later_stands_in_the_list(resident: Resident) -> None:
    """Enter leaves it, Enter pulls the list down, Enter opens it again."""
    with opened(resident.phone) as child:
        resident.begins()
        child.expect_exact("Enter opens it.")
        child.sendline("")
        child.expect_exact(MENU)
        child.sendline("")
        child.expect_exact("It still waits. Enter pulls down the notifications.")
        child.sendline("")
        child.expect_exact("tap to log in")
        child.expect_exact("Enter opens it.")
        child.sendline("")
        child.expect_exact(MENU)
        child.sendintr()
        ends(child, 130)


def test_a_wrong_passcode_approves_nothing(resident: Resident) -> None:
    """The tries left are said, and the request still waits."""
    with opened(resident.phone, "--once") as child:
        browser = resident.begins()
        child.expect_exact("Enter opens it.")
        child.sendline("")
        child.expect_exact(MENU)
        child.sendline("a")
        child.expect_exact("Passcode: ")
        child.sendline("1111")
        child.expect_exact("Wrong Passcode. 7 tries left.")
        child.expect_exact("It still waits.")
        assert not resident.is_in(browser)
        child.sendline("")
        child.expect_exact("Enter opens it.")
        child.sendline("")
        child.expect_exact(MENU)
        child.sendline("a")
        child.expect_exact("Passcode: ")
        child.sendline("4938")
        child.expect_exact("Authentication succeeded")
        ends(child, 0)

    assert resident.is_in(browser)


def test_a_tap_that_comes_too_late_is_told(resident: Resident) -> None:
    """Superseded by a newer one, in the service's words; the newer one can be answered."""
    with opened(resident.phone) as child:
        resident.begins()
        child.expect_exact("Enter opens it.")
        resident.uses("deny")
        child.sendline("")
        child.expect_exact("The request is no longer valid: it was answered, or its login has ended.")
        child.sendintr()
        ends(child, 130)


def test_a_person_is_told_of_the_portal(moves_in: Callable[..., Resident], tmp_path: Path) -> None:
    """That it does not answer, that it answers again; and what comes then."""
    with served_portal(tmp_path / "portal") as portal:
        resident = moves_in(portal=portal)
        with opened(resident.phone) as child:
            resident.begins()
            child.expect_exact("Enter opens it.")
            portal.kill()
            child.expect_exact("the portal does not answer. Trying again.")
            portal.serve()
            child.expect_exact("the portal answers again.")
            resident.begins()
            child.expect_exact("Enter opens it.")
            child.sendintr()
            ends(child, 130)


def test_one_of_two_users_goes(moves_in: Callable[..., Resident]) -> None:
    """The other one is still heard; with the last one the command ends, and says why."""
    alice, bob = moves_in(), moves_in()
    with opened(alice.phone) as child:
        alice.portal.operator("users", "suspend", alice.name)
        child.expect_exact("This phone is suspended for this user.")
        bob.begins()
        child.expect_exact(f"{bob.name} at ")
        alice.portal.operator("users", "revoke", bob.name)
        assert "This phone was taken out of use for this user." in ends(child, 77)


def test_time_that_runs_out_is_told(moves_in: Callable[..., Resident], tmp_path: Path) -> None:
    """Counted down while the person thinks; then the request is no longer valid."""
    with served_portal(tmp_path / "portal", "--set", "push_seconds=20") as portal:
        resident = moves_in(portal=portal)
        with opened(resident.phone) as child:
            resident.begins()
            child.expect_exact("Enter opens it.")
            child.sendline("")
            child.expect_exact(MENU)
            child.expect(r"(\d+) s\): ")
            assert child.match is not None
            if int(str(child.match[1])) > ANNOUNCED_S + 5:  # else it may be as late as that already
                child.expect_exact(f"{ANNOUNCED_S} seconds left.")
                child.expect_exact(MENU)
            child.expect_exact("The request is no longer valid: its time is over.")
            child.sendline("")
            child.expect_exact("No notifications.")
            child.sendintr()
            ends(child, 130)


def test_a_quiet_phone_shows_only_its_list(resident: Resident) -> None:
    """With Do Not Disturb no banner comes: a badge, and the list that is pulled down."""
    resident.phone("settings", "dnd", "on", check=0)
    with opened(resident.phone) as child:
        child.sendline("")
        child.expect_exact("No notifications.")
        resident.begins()
        child.expect_exact("IBKR Mobile: 1")
        child.sendline("")
        child.expect_exact("tap to log in")
        child.sendintr()
        ends(child, 130)


def test_a_hidden_preview_hides_who_asks(resident: Resident) -> None:
    """Only that there is something; opened, the app shows it."""
    resident.phone("settings", "show-previews", "never", check=0)
    with opened(resident.phone) as child:
        resident.begins(User_Agent="a browser")
        child.expect_exact("Enter opens it.")
        assert "Notification" in str(child.before)
        assert "tap to" not in str(child.before)
        child.sendline("")
        child.expect_exact("a browser")
        child.sendintr()
        ends(child, 130)


def test_a_temporary_banner_goes(resident: Resident) -> None:
    """After a few seconds it stands in the list only."""
    resident.phone("settings", "banner-style", "temporary", check=0)
    with opened(resident.phone) as child:
        resident.begins()
        child.expect_exact("Enter opens it.")
        child.expect_exact("The banner is gone. Enter pulls down the notifications.")
        child.sendline("")
        child.expect_exact("Enter opens it.")
        child.sendintr()
        ends(child, 130)


def test_face_id_approves(resident: Resident) -> None:
    """Asked at the beginning and again to approve."""
    resident.uses("settings", "biometrics", "face-id")
    with resident.phone.at_terminal("listen", "--once") as child:
        child.expect_exact("Face ID: Enter to look, n for somebody else: ")
        child.sendline("")
        child.expect_exact("Ctrl-C ends.")
        browser = resident.begins()
        child.expect_exact("Enter opens it.")
        child.sendline("")
        child.expect_exact(MENU)
        child.sendline("a")
        child.expect_exact("Face ID: Enter to look, n for somebody else: ")
        child.sendline("")
        child.expect_exact("Authentication succeeded")
        ends(child, 0)

    assert resident.is_in(browser)


def test_android_in_japanese(moves_in: Callable[..., Resident]) -> None:
    """The PIN, and the words of the other language."""
    resident = moves_in("android")
    with resident.phone.at_terminal("--lang", "ja", "listen", "--once") as child:
        child.expect_exact("PIN: ")
        child.sendline("4938")
        child.expect_exact("Ctrl-Cで終了します。")
        browser = resident.begins()
        child.expect_exact("IBKRモバイル")
        child.expect_exact("Enterで開きます。")
        child.sendline("")
        child.expect_exact("a 承認、d 拒否、w 心当たりがない、Enter 後で (残り")
        child.sendline("a")
        child.expect_exact("PIN: ")
        child.sendline("4938")
        child.expect_exact("認証に成功しました。")
        ends(child, 0)

    assert resident.is_in(browser)


def test_the_end_of_input_ends_it(resident: Resident) -> None:
    """Ctrl-D is a way out."""
    with opened(resident.phone) as child:
        child.sendeof()
        ends(child, 130)
