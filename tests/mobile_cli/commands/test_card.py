"""`authkey card`: a letter becomes a card, a challenge becomes a response, and the display looks like the device's."""

from pathlib import Path

import pytest
import qrcode

from authsim.authenticator.card import Card, respond_with_card
from authsim.protocol.card_uri import CardUri, format_card_uri
from authsim.secret import Secret
from tests.support.authkey import Authkey
from tests.support.phones import make_account, make_phone

SERIAL = "20417735"
SEED = Secret(b"\x07" * 32)
LETTER = format_card_uri(CardUri(instance_id="11" * 16, serial=SERIAL, seed=SEED)).reveal_text()
OTHER = format_card_uri(CardUri(instance_id="11" * 16, serial="30000001", seed=Secret(b"\x09" * 32))).reveal_text()
RESPONSE = respond_with_card(Card("11" * 16, SERIAL, SEED), "123456")


@pytest.fixture
def card(authkey: Authkey) -> Authkey:
    """A home without a phone, into which a card came."""
    authkey.with_pin("card", "receive", LETTER, check=0)
    return authkey


def test_a_letter_is_received_and_the_card_answers(authkey: Authkey) -> None:
    """From standard input, among other words; in a pipe the response stands alone, and no phone is needed."""
    done = authkey.with_pin("card", "receive", "-", stdin=f"[SIMULATION] Your card:\n{LETTER}\n", check=0)

    assert done.stdout.startswith(f"The card {SERIAL} is ready.\n")
    assert authkey.with_pin("card", "respond", "123", "456", check=0).stdout == f"{RESPONSE}\n"
    told = authkey.with_pin("card", "respond", "123456", "--json", check=0).stdout
    assert told == f'{{"card": "{SERIAL}", "response": "{RESPONSE}"}}\n'
    assert authkey("status", check=0).stdout.startswith("No phone in ")


def test_a_picture_of_the_letter_is_read(authkey: Authkey, tmp_path: Path) -> None:
    """As the camera of the phone reads one."""
    picture = tmp_path / "letter.png"
    qrcode.make(LETTER).save(str(picture))

    authkey.with_pin("card", "receive", str(picture), check=0)

    assert authkey.json("card", "list") == {"cards": [{"serial": SERIAL, "state": "ready", "tries_left": 5}]}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("otpauth://totp/AuthSim:alice?secret=GEZDGNBVGY3TQOJQ", "not the letter of an AuthSim card"),
        (f"https://example.test/?u={LETTER}", "not the letter of an AuthSim card"),
        (LETTER.replace("card/1", "card/2"), "not the letter of an AuthSim card"),
        (f"{LETTER}&x=1", "not the letter of an AuthSim card"),
        ("authsim://activate/1?i=1", "authkey activate"),
        ("authsim://login/1?i=1", "authkey approve"),
        ("nothing", "nothing is neither"),
    ],
)
def test_what_is_no_letter_is_refused(authkey: Authkey, source: str, words: str) -> None:
    """With what it is, where that is known; nothing is made."""
    assert words in authkey.with_pin("card", "receive", source, check=65).stderr
    assert authkey.json("card", "list") == {"cards": []}


def test_the_phone_takes_no_letter(authkey: Authkey) -> None:
    """The sentence says which command does."""
    authkey.holds(make_phone(make_account()))

    for command in ("activate", "approve"):
        assert "authkey card receive" in authkey.with_pin(command, LETTER, check=65).stderr


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_display_of_the_device(card: Authkey, language: str) -> None:
    """The round button, PIN>, OK, CHALLNG>, OK, then eight digits alone on their line; the PIN is not echoed."""
    with card.at_terminal("card", "respond", "--lang", language, NO_COLOR="1") as child:
        for shown in ("Digital Security Card+ 20417735", "( press )", "PIN> "):
            child.expect_exact(shown)
        child.sendline("4938")
        child.expect_exact("OK")
        assert "4938" not in str(child.before)
        child.expect_exact("CHALLNG> ")
        child.sendline("123456")
        child.expect_exact("OK")
        child.expect_exact(f"  {RESPONSE}\r\n")
        child.read()
        child.wait()

    assert child.exitstatus == 0


def test_a_person_chooses_the_pin_twice(authkey: Authkey) -> None:
    """Four digits; what differs is asked again."""
    with authkey.at_terminal("card", "receive", LETTER) as child:
        for question, typed in (
            ("New PIN: ", "12345"),
            ("The PIN of a card has 4 digits.", None),
            ("New PIN: ", "2468"),
            ("Repeat the PIN: ", "2469"),
            ("The two entries differ.", None),
            ("New PIN: ", "2468"),
            ("Repeat the PIN: ", "2468"),
        ):
            child.expect_exact(question)
            if typed is not None:
                child.sendline(typed)
        child.expect_exact(f"The card {SERIAL} is ready.")
        child.read()
    authkey.pin.write_text("2468")

    assert authkey.with_pin("card", "respond", "123456", check=0).stdout == f"{RESPONSE}\n"


def test_five_wrong_pins_lock_it_for_good(card: Authkey) -> None:
    """Counted aloud; what cannot be a PIN or a challenge costs no try, and the phone beside it is as it was."""
    card.holds(make_phone(make_account()))
    (card.folder / "wrong").write_text("1111\n")
    wrong = ("card", "respond", "123456", "--pin-file", str(card.folder / "wrong"))
    assert "a card has 4 digits" in card("card", "respond", "123456", "--pin-stdin", stdin="49380", check=64).stderr
    assert "begins with 1 to 9" in card("card", "respond", "012345", "--pin-stdin", stdin="1111", check=65).stderr
    said = [card(*wrong, check=77).stderr for _ in range(5)]

    assert ["4 tries" in said[0], "1 try" in said[3], "locked for good" in said[4]] == [True] * 3
    assert "Request another" in card.with_pin("card", "respond", "123456", check=77).stderr
    assert card("card", "list", check=0).stdout == f"{SERIAL}  locked\n"
    assert "is here already" in card.with_pin("card", "receive", LETTER, check=77).stderr
    assert len(card.responds("123456")) == 8


def test_the_pin_is_changed(card: Authkey) -> None:
    """With the current one; a script names a file for the new one."""
    (card.folder / "new").write_text("2468\n")
    assert "--new-pin-file" in card.with_pin("card", "change-pin", check=64).stderr

    done = card.with_pin("card", "change-pin", "--new-pin-file", str(card.folder / "new"), check=0)

    assert done.stdout == "The PIN is changed.\n"
    assert "Wrong PIN." in card.with_pin("card", "respond", "123456", check=77).stderr
    assert card("card", "respond", "123456", "--pin-stdin", stdin="2468", check=0).stdout == f"{RESPONSE}\n"


def test_of_several_cards_one_is_named(card: Authkey) -> None:
    """By the number that stands on it."""
    card.with_pin("card", "receive", OTHER, check=0)

    assert f"--serial: {SERIAL}, 30000001." in card.with_pin("card", "respond", "123456", check=64).stderr
    assert card.with_pin("card", "respond", "123456", "--serial", SERIAL, check=0).stdout == f"{RESPONSE}\n"
    assert "no card 1" in card.with_pin("card", "respond", "123456", "--serial", "1", check=77).stderr


def test_without_a_card_the_way_to_one_is_said(authkey: Authkey) -> None:
    """In a pipe too; and a challenge must be given there."""
    assert "Request one at the portal" in authkey.with_pin("card", "respond", "123456", check=77).stderr
    assert "Say which challenge" in authkey.with_pin("card", "respond", check=64).stderr
    assert "Standard input cannot be both" in authkey("card", "receive", "-", "--pin-stdin", check=64).stderr
    assert authkey("card", "list", check=0).stderr.startswith("There is no card here.")


def test_the_group_shows_its_commands(authkey: Authkey) -> None:
    """Examples first, then the four of them; none of them is a usage error."""
    shown = authkey("card", "--help", check=0).stdout

    assert shown.index("authkey card respond 123456") < shown.index("Commands:")
    for name in ("receive", "respond", "change-pin", "list"):
        assert f"\n  {name} " in shown
    assert authkey("card", check=64).stderr.endswith("Run authkey card --help.\n")
