"""`authkey respond`."""

import subprocess
import sys

import pytest

from authsim.authenticator.device import Platform
from authsim.authenticator.respond import respond
from authsim.protocol.codes import Purpose
from authsim.protocol.suite import STRICT10
from tests.support.authkey import Authkey
from tests.support.phones import make_account, make_phone
from tests.support.tree import ROOT

ALICE = make_account()
BOB = make_account("bob", user="23")
FAR_ALICE = make_account(origin="http://127.0.0.1:9000", instance="12")
STRICT = make_account(suite=STRICT10)
EXPECTED = respond(ALICE, "123456").text


def test_the_response_stands_alone(authkey: Authkey) -> None:
    """Eight digits and a line end on standard output, nothing on standard error."""
    authkey.holds(make_phone(ALICE))
    done = authkey.with_pin("respond", "123456", check=0)

    assert done.stdout == f"{EXPECTED}\n"
    assert done.stderr == ""


@pytest.mark.parametrize("typed", [["123 456"], ["123", "456"], ["123-456"], ["1", "2", "3", "4", "5", "6"]])
def test_blanks_and_hyphens_do_not_matter(authkey: Authkey, typed: list[str]) -> None:
    """Digits may be grouped, also as several arguments."""
    authkey.holds(make_phone(ALICE))

    assert authkey.with_pin("respond", *typed, check=0).stdout == f"{EXPECTED}\n"


def test_it_tells_a_script(authkey: Authkey) -> None:
    """One JSON object says for whom and what for."""
    authkey.holds(make_phone(ALICE))

    assert authkey.json("respond", "123456", "--pin-file", str(authkey.pin)) == {
        "portal": ALICE.origin,
        "purpose": 1,
        "response": EXPECTED,
        "user": "alice",
    }


def test_nothing_of_the_network_is_even_imported(authkey: Authkey) -> None:
    """Offline is not a mode: no socket, no HTTP client, no public-key code is loaded to answer a challenge."""
    authkey.holds(make_phone(ALICE))
    program = (
        "import sys; before = set(sys.modules); from mobile_cli.group import run; status = run(sys.argv[1:])\n"
        "heavy = {'socket', 'ssl', 'httpx2', 'http', 'asyncio', 'rich', 'PIL', 'zxingcpp', 'platformdirs', 'secrets',"
        " 'random', 'urllib.request', 'importlib.metadata', 'authsim.protocol.keys', 'authsim.ports', 'subprocess',"
        " 'cryptography.hazmat.primitives.asymmetric', 'mobile_cli.transport', 'mobile_cli.commands.activate'}\n"
        "print(sorted(heavy & sys.modules.keys() - before), file=sys.stderr); sys.exit(status)"
    )
    authkey.command = [sys.executable, "-c", program]

    assert authkey.with_pin("respond", "123456", check=0).stderr == "[]\n"


@pytest.mark.parametrize("challenge", ["12345", "1234567", "012345", "12345a", "١٢٣٤٥٦", "1123456787", "-"])
def test_a_mistyped_challenge_costs_no_try(authkey: Authkey, challenge: str) -> None:
    """It is noticed before the PIN is tried, even a wrong one."""
    authkey.holds(make_phone(ALICE))
    done = authkey("respond", "--pin-stdin", "--", challenge, stdin="1111", check=65)

    assert done.stdout == ""
    assert done.stderr.startswith("authkey: This is not a challenge code: ")
    assert authkey.json("status")["tries_left"] == 8


def test_a_wrong_check_digit_costs_no_try(authkey: Authkey) -> None:
    """The strict suite notices a mistyped digit on the phone."""
    authkey.holds(make_phone(STRICT))
    done = authkey("respond", "1123456780", "--pin-stdin", stdin="1111", check=65)

    assert "(10 at a hardened portal), and one may be mistyped" in done.stderr
    assert authkey.json("status")["tries_left"] == 8


def test_a_lost_summary_does_not_matter(authkey: Authkey) -> None:
    """Without the plain file the challenge is judged after unlocking, and the file comes back."""
    authkey.holds(make_phone(ALICE))
    (authkey.home / "phone.json").unlink()

    assert authkey.with_pin("respond", "12345", check=65).stderr.startswith("authkey: This is not a challenge code: ")
    assert authkey.responds("123456") == EXPECTED
    assert [user["name"] for user in authkey.json("users")["users"]] == ["alice"]


def test_wrong_pins_are_counted(authkey: Authkey) -> None:
    """How many tries are left is said each time, the last one with what happens next."""
    authkey.holds(make_phone(ALICE, platform=Platform.ANDROID))
    said = [authkey("respond", "123456", "--pin-stdin", stdin="1111", check=77).stderr for _ in range(8)]

    assert said[:6] == [f"authkey: Wrong PIN. {left} tries left.\n" for left in (7, 6, 5, 4, 3, 2)]
    assert said[6] == "authkey: Wrong PIN. 1 try left, then this phone wipes itself.\n"
    assert said[7] == (
        "authkey: This phone is wiped: 8 wrong tries, or its device.key is gone. "
        "Run authkey forget --yes, then authkey init.\n"
    )
    assert authkey.with_pin("respond", "123456", check=77).stderr == said[7]


def test_a_pin_that_cannot_be_right_costs_no_try(authkey: Authkey) -> None:
    """The rule is said at entry."""
    authkey.holds(make_phone(ALICE))
    done = authkey("respond", "123456", "--pin-stdin", stdin="12345678", check=64)

    assert done.stderr == "authkey: A Passcode has 4 to 6 digits.\n"
    assert authkey.json("status")["tries_left"] == 8


def test_a_pin_that_is_not_text_is_refused_without_a_summary_too(authkey: Authkey) -> None:
    """Bytes that are no UTF-8 are no PIN."""
    authkey.holds(make_phone(ALICE))
    (authkey.home / "phone.json").unlink()

    assert authkey("respond", "123456", "--pin-stdin", stdin=b"\xff\xff\xff\xff", check=64).stderr == (
        "authkey: A Passcode has 4 to 6 digits.\n"
    )


def test_many_at_once_are_counted_one_by_one(authkey: Authkey) -> None:
    """Twelve wrong PINs at the same time: seven are told apart, the eighth wipes, nobody gets a ninth try."""
    authkey.holds(make_phone(ALICE))
    children = [
        subprocess.Popen(
            [*authkey.command, "--home", str(authkey.home), "respond", "123456", "--pin-stdin"],
            cwd=ROOT,
            env=authkey.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(12)
    ]
    said = [child.communicate("1111", timeout=60)[1] for child in children]

    assert {child.returncode for child in children} == {77}
    assert sorted(text for text in said if "Wrong" in text) == sorted(
        [f"authkey: Wrong Passcode. {left} tries left.\n" for left in (7, 6, 5, 4, 3, 2)]
        + ["authkey: Wrong Passcode. 1 try left, then this phone wipes itself.\n"]
    )
    assert sum("wiped" in text for text in said) == 5


def test_no_challenge_in_a_pipe_is_wrong_usage(authkey: Authkey) -> None:
    """Nobody can be asked, so the command says what it needs."""
    authkey.holds(make_phone(ALICE))

    assert authkey.with_pin("respond", check=64).stderr == (
        "authkey: Say which challenge: authkey respond CHALLENGE.\n"
    )


def test_no_phone_is_said(authkey: Authkey) -> None:
    """The sentence names the folder and the commands that help."""
    done = authkey.with_pin("respond", "123456", check=77)

    assert done.stderr == f"authkey: No phone in {authkey.home}. Run authkey init or authkey activate.\n"


def test_no_user_is_said(authkey: Authkey) -> None:
    """A phone without users answers nobody."""
    authkey.holds(make_phone())

    assert authkey.with_pin("respond", "123456", check=77).stderr == (
        "authkey: No user on this phone yet. Run authkey activate.\n"
    )


def test_a_damaged_phone_is_said(authkey: Authkey) -> None:
    """It ends with 65, and no try is spent."""
    authkey.holds(make_phone(ALICE))
    file = authkey.home / "keystore.json"
    whole = file.read_bytes()
    file.write_bytes(whole[:-2])

    done = authkey.with_pin("respond", "123456", check=65)

    assert done.stderr.startswith(f"authkey: The phone in {authkey.home} is damaged: ")
    file.write_bytes(whole)
    assert authkey.json("status")["tries_left"] == 8


# several users


def test_one_of_several_users_is_named(authkey: Authkey) -> None:
    """Each has a key of their own."""
    authkey.holds(make_phone(ALICE, BOB))

    assert authkey.responds("123456", "--user", "alice") == EXPECTED
    assert authkey.responds("123456", "--user", "bob") == respond(BOB, "123456").text != EXPECTED


def test_which_of_several_users_must_be_said(authkey: Authkey) -> None:
    """In a pipe nobody is asked: the names are listed."""
    authkey.holds(make_phone(ALICE, BOB))
    done = authkey.with_pin("respond", "123456", check=64)

    assert done.stderr == ("authkey: This phone answers for several users. Say which one with --user: alice, bob.\n")
    assert authkey.json("status")["tries_left"] == 8


def test_the_same_name_at_two_portals_is_told_apart(authkey: Authkey) -> None:
    """With the portal's address the name is exact."""
    authkey.holds(make_phone(ALICE, FAR_ALICE))
    done = authkey.with_pin("respond", "123456", "--user", "alice", check=64)

    assert done.stderr.endswith("--user: alice@127.0.0.1:8765, alice@127.0.0.1:9000.\n")
    assert authkey.responds("123456", "--user", "alice@127.0.0.1:9000") == respond(FAR_ALICE, "123456").text


def test_several_users_without_a_summary(authkey: Authkey) -> None:
    """The sealed truth asks the same question."""
    authkey.holds(make_phone(ALICE, BOB))
    (authkey.home / "phone.json").unlink()

    assert authkey.with_pin("respond", "123456", check=64).stderr.endswith("--user: alice, bob.\n")


def test_a_user_who_is_not_here_is_said(authkey: Authkey) -> None:
    """The sentence says how to see who is."""
    authkey.holds(make_phone(ALICE))

    assert authkey.with_pin("respond", "123456", "--user", "carol", check=77).stderr == (
        "authkey: carol is not on this phone. authkey users lists who is.\n"
    )


# purposes


@pytest.mark.parametrize("purpose", [*Purpose])
def test_each_purpose_has_its_own_response(authkey: Authkey, purpose: Purpose) -> None:
    """What a response is for is part of it; in a pipe the option says it, and standard error repeats it."""
    authkey.holds(make_phone(ALICE))
    done = authkey.with_pin("respond", "123456", "--purpose", str(purpose.value), check=0)

    assert done.stdout == f"{respond(ALICE, '123456', purpose=purpose).text}\n"
    assert done.stderr.startswith("Purpose: ") is (purpose is not Purpose.LOG_IN)


def test_a_strict_challenge_says_its_purpose(authkey: Authkey) -> None:
    """It is shown, and an option that says another one is refused."""
    authkey.holds(make_phone(STRICT))
    challenge = "3314159260"
    refused = authkey.with_pin("respond", challenge, "--purpose", "1", check=65)
    agreed = authkey.with_pin("respond", challenge, "--purpose", "3", check=0)
    unasked = authkey.with_pin("respond", challenge, check=64)
    confirmed = authkey.with_pin("respond", challenge, "--yes", check=0)

    assert refused.stderr == ("authkey: The challenge was issued for another purpose: switch off secure login.\n")
    assert unasked.stderr.endswith("authkey: Nobody can be asked here. Add --yes to go on.\n")
    assert agreed.stdout == confirmed.stdout == f"{respond(STRICT, challenge).text}\n"
    assert agreed.stderr == "Purpose: switch off secure login\n"


def test_a_purpose_has_a_name(authkey: Authkey) -> None:
    """The names mean the numbers of the protocol; another one is refused with the list."""
    authkey.holds(make_phone(ALICE))
    named = authkey.with_pin("respond", "123456", "--purpose", "temporary-passcode", check=0)
    unknown = authkey.with_pin("respond", "123456", "--purpose", "10", check=64)

    assert named.stdout == f"{respond(ALICE, '123456', purpose=Purpose.TEMPORARY_PASSCODE).text}\n"
    assert unknown.stderr.startswith("authkey: There is no purpose 10. There are: log-in, add-device, secure-login, ")
