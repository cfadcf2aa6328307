"""`authkey approve` and `authkey deny` at a served portal."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import qrcode

from tests.support.browser_plain import Visitor
from tests.support.portal import LivePortal, served_portal
from tests.support.resident import Resident

NO_REQUEST = "authkey: No request waits for this phone. Begin a login at the portal, or scan its QR code.\n"


def make_tools(folder: Path, seen: Path) -> str:
    """Return a PATH with a desktop on which that picture was copied and is shown."""
    tools = folder / "tools"
    tools.mkdir()
    scripts = {
        "wl-paste": f'exec /bin/cat "{seen}"',
        "gnome-screenshot": f'for last; do :; done; /bin/cp "{seen}" "$last"',
    }
    for name, script in scripts.items():
        (tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (tools / name).chmod(0o700)
    return str(tools)


def test_the_waiting_request_is_approved(resident: Resident) -> None:
    """Who asks from where is shown beside the result; the browser goes on by itself."""
    browser = resident.begins(User_Agent="a browser")
    done = resident.uses("approve")

    assert done.stdout == f"Authentication succeeded for {resident.name}. The portal goes on by itself.\n"
    shown = [" ".join(line.split()) for line in done.stderr.splitlines()]
    assert shown[:6] == [
        f"User {resident.name}",
        f"Portal {resident.portal.address}",
        "Purpose log in",
        "Address 127.0.0.1",
        "Browser a browser",
        "Place AuthSim",
    ]
    assert resident.is_in(browser)


def test_a_script_is_told(resident: Resident) -> None:
    """One JSON object says what was approved, for whom, where."""
    resident.begins(User_Agent="a browser")
    told = resident.told("approve")

    assert told["state"] == "approved"
    assert told["user"] == resident.name
    assert told["portal"] == resident.portal.address
    assert told["context"] == {"address": "127.0.0.1", "browser": "a browser", "place": "AuthSim"}
    assert told["purpose"] == 1


def test_without_a_request_there_is_nothing_to_approve(resident: Resident) -> None:
    """The sentence says what to do, for both commands; a decided request is none."""
    assert resident.uses("approve", check=77).stderr == NO_REQUEST
    assert resident.uses("deny", check=77).stderr == NO_REQUEST
    resident.begins()
    resident.uses("approve")
    assert resident.uses("approve", check=77).stderr == NO_REQUEST


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Denied. The login of {name} has ended.\n"),
        (("--report",), "Reported: it wasn't {name}. The login has ended; give {name} a new password.\n"),
    ],
)
def test_a_login_is_denied(resident: Resident, arguments: tuple[str, ...], sentence: str) -> None:
    """It ends, and the browser is not let in."""
    browser = resident.begins()

    assert resident.uses("deny", *arguments).stdout == sentence.format(name=resident.name)
    assert not resident.is_in(browser)


def test_a_newer_login_takes_the_place_of_the_older(resident: Resident) -> None:
    """The newer one is approved; the older browser stays outside."""
    older, newer = resident.begins(), resident.begins()
    resident.uses("approve")

    assert resident.is_in(newer)
    assert not resident.is_in(older)


def test_one_of_several_users_is_meant(moves_in: Callable[..., Resident]) -> None:
    """Where two wait, the name must be said; the other one's login is left alone."""
    alice, bob = moves_in(), moves_in()
    hers, his = alice.begins(), bob.begins()
    unclear = alice.uses("approve", check=64)

    assert unclear.stderr.startswith("authkey: This phone answers for several users. Say which one with --user: ")
    alice.uses("approve", "--user", bob.name)
    assert bob.is_in(his)
    assert not alice.is_in(hers)
    assert alice.told("approve")["user"] == alice.name
    assert alice.uses("approve", "--user", "carol", check=77).stderr.startswith("authkey: carol is not on this phone.")


# QR login


@pytest.mark.parametrize("way", ["argument", "file", "picture", "standard input", "clipboard", "screen"])
def test_a_login_is_scanned(resident: Resident, way: str) -> None:
    """The code on the login page names the request; approving it lets that browser in."""
    browser = resident.begins()
    uri = resident.login_uri()
    if way == "argument":
        resident.uses("approve", uri)
    elif way == "file":
        file = resident.phone.folder / "code.txt"
        file.write_text(uri)
        resident.uses("approve", str(file))
    elif way == "picture":
        picture = resident.phone.folder / "code.png"
        qrcode.make(uri).save(str(picture))
        resident.uses("approve", str(picture))
    elif way in ("clipboard", "screen"):
        seen = resident.phone.folder / "seen.png"
        qrcode.make(uri).save(str(seen))
        tools = make_tools(resident.phone.folder, seen)
        resident.phone.with_pin("approve", f"--{way}", PATH=tools, DISPLAY="", check=0)
    else:
        resident.phone.with_pin("approve", "-", stdin=uri, check=0)

    assert resident.is_in(browser)


def test_a_login_is_scanned_by_the_right_one_of_several(moves_in: Callable[..., Resident]) -> None:
    """Nobody has to say who: the request is for one of the users of this phone."""
    alice, bob = moves_in(), moves_in()
    hers, his = alice.begins(), bob.begins()

    assert alice.told("approve", bob.login_uri())["user"] == bob.name
    assert bob.is_in(his)
    assert not alice.is_in(hers)


def test_a_login_of_somebody_else_is_not_approved(moves_in: Callable[..., Resident], resident: Resident) -> None:
    """A code that a stranger shows is of no use: the phone does not answer for that user."""
    browser = resident.begins()
    uri = resident.login_uri()
    resident.uses("forget", resident.name, "--yes")
    other = moves_in()

    assert other.uses("approve", uri, check=77).stderr == NO_REQUEST
    assert not resident.is_in(browser)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("authsim://login/1?i=1", "This is not the QR code of an AuthSim login."),
        ("https://example.test/", "This is not the QR code of an AuthSim login."),
        ("nothing", "nothing is neither an authsim:// text, nor a Session ID, nor a file."),
    ],
)
def test_what_is_no_login_is_said(resident: Resident, source: str, sentence: str) -> None:
    """Foreign codes are refused before anything is asked."""
    assert resident.uses("approve", source, check=65).stderr.startswith(f"authkey: {sentence}"[:40])


def test_codes_are_told_apart(resident: Resident) -> None:
    """An activation code is for another command, and so is a login's."""
    resident.begins()
    login = resident.login_uri()
    activation = resident.portal.activation_uri(resident.name, "--replace")

    assert resident.uses("approve", activation, check=65).stderr == (
        "authkey: This is an activation code. Scan it with authkey activate.\n"
    )
    assert resident.uses("activate", login, check=65).stderr == (
        "authkey: This is the QR code of a login. Scan it with authkey approve.\n"
    )


def test_one_thing_is_scanned(resident: Resident) -> None:
    """Not two, and not from where the PIN comes."""
    assert resident.uses("approve", "--clipboard", "--screen", check=64).stderr.startswith("authkey: Say one thing")
    both = resident.phone("approve", "-", "--pin-stdin", check=64)
    assert both.stderr.startswith("authkey: Standard input cannot be both")


# what the phone is set to


def test_without_permission_the_app_still_finds_the_request(resident: Resident) -> None:
    """No notification is shown; opened by hand, the app approves."""
    resident.phone("settings", "allow-notifications", "off", check=0)
    browser = resident.begins()
    resident.uses("approve")

    assert resident.is_in(browser)


@pytest.mark.parametrize("switch", [("airplane", "on"), ("internet", "off")])
@pytest.mark.parametrize("command", [("approve",), ("deny",), ("listen",)])
def test_a_phone_without_a_connection_says_so(
    resident: Resident, switch: tuple[str, str], command: tuple[str, ...]
) -> None:
    """With the remedy; a challenge is answered all the same."""
    resident.phone("settings", *switch, check=0)

    said = resident.uses(*command, check=77).stderr
    assert said.startswith("authkey: This phone has no connection: airplane mode is on, or its Internet is off. ")
    assert "authkey respond still answers" in said
    assert len(resident.phone.responds("123456")) == 8


def test_a_match_approves(resident: Resident) -> None:
    """Face ID opens the phone; without a match nothing is approved."""
    resident.uses("settings", "biometrics", "face-id")
    browser = resident.begins()

    assert resident.phone("approve", "--biometric", "no-match", check=77).stderr == "authkey: No match. 4 looks left.\n"
    resident.phone("approve", "--biometric", "match", check=0)
    assert resident.is_in(browser)


# the portal's word


def test_a_phone_that_was_taken_out_of_use_is_told(resident: Resident) -> None:
    """Revoked, it hears so in the portal's signed words; the PIN was right all the same."""
    resident.portal.operator("users", "revoke", resident.name)

    assert resident.uses("approve", check=77).stderr == (
        "authkey: This phone was taken out of use for this user. Activate it anew: authkey activate.\n"
    )


def test_a_suspended_phone_is_told(resident: Resident) -> None:
    """And works again when the help desk resumes it."""
    resident.portal.operator("users", "suspend", resident.name)
    said = resident.uses("approve", check=77).stderr
    resident.portal.operator("users", "resume", resident.name)

    assert said.startswith("authkey: This phone is suspended for this user. ")
    assert resident.uses("approve", check=77).stderr == NO_REQUEST


# at a terminal


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 77), ("", 77)])
def test_a_person_is_asked(resident: Resident, answer: str, status: int) -> None:
    """Passcode, what is asked and from where, then the question; no is the answer unless it is yes."""
    browser = resident.begins(User_Agent="a browser")
    with resident.phone.at_terminal("approve") as child:
        child.expect_exact("Passcode: ")
        child.sendline("4938")
        child.expect_exact("a browser")
        child.expect_exact("Approve? [y/N]: ")
        child.sendline(answer)
        child.read()
        child.wait()

    assert child.exitstatus == status
    assert resident.is_in(browser) is (status == 0)


def test_android_in_japanese(moves_in: Callable[..., Resident]) -> None:
    """The PIN, and the words of the other language."""
    resident = moves_in("android")
    resident.begins()
    with resident.phone.at_terminal("approve", "--lang", "ja") as child:
        child.expect_exact("PIN: ")
        child.sendline("4938")
        child.expect_exact("承認しますか。 [y/N]: ")
        child.sendline("y")
        child.expect_exact("認証に成功しました。")
        child.read()


# a number to type


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A portal whose login page shows a number for the phone."""
    with served_portal(
        tmp_path_factory.mktemp("strict"), "--set", "push_number_digits=6", "--set", "push_tries=2"
    ) as portal:
        yield portal


def number_on(browser: Visitor) -> str:
    """Return the number on the login page."""
    return browser.get("/sso/SecondFactor?with=notification").one(cls="xyz-typednumber").text.replace(" ", "")


def test_a_number_is_typed(moves_in: Callable[..., Resident], strict: LivePortal) -> None:
    """In a pipe it must be said; a wrong one approves nothing, the right one lets the browser in."""
    resident = moves_in(portal=strict)
    browser = resident.begins()
    number = number_on(browser)
    wrong = f"{(int(number) + 1) % 1_000_000:06}"

    assert resident.uses("approve", check=64).stderr.endswith(
        "authkey: The portal's page shows a number of 6 digits. Say it with --number N.\n"
    )
    assert resident.uses("approve", "--number", "12345", check=65).stderr.endswith(
        "authkey: The number on the portal's page has 6 digits.\n"
    )
    assert resident.uses("approve", "--number", wrong, check=77).stderr.endswith(
        "authkey: The number is not the one on the portal's page. Look again: authkey approve.\n"
    )
    assert not resident.is_in(browser)
    resident.uses("approve", "--number", f"{number[:3]} {number[3:]}")
    assert resident.is_in(browser)
    resident.begins()
    resident.uses("approve", "--number", wrong, check=77)
    assert resident.uses("approve", "--number", wrong, check=77).stderr.endswith("begin the login again.\n")


def test_a_person_types_the_number(moves_in: Callable[..., Resident], strict: LivePortal) -> None:
    """It is asked for before the question."""
    resident = moves_in(portal=strict)
    browser = resident.begins()
    with resident.phone.at_terminal("approve", "--pin-file", str(resident.phone.pin)) as child:
        child.expect_exact("Number on the portal's page (6 digits): ")
        child.sendline(number_on(browser))
        child.expect_exact("Approve? [y/N]: ")
        child.sendline("y")
        child.expect_exact("Authentication succeeded")
        child.read()

    assert resident.is_in(browser)


def test_a_script_cannot_guess_the_number(moves_in: Callable[..., Resident], strict: LivePortal) -> None:
    """Whoever approves everything approves nothing that asks for one."""
    resident = moves_in(portal=strict)
    with resident.listens("--approve-all", "--json") as phone:
        browser = resident.begins()
        assert phone.tells()["state"] == "need_number"
        assert not resident.is_in(browser)
